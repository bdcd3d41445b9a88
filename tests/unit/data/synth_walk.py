#!/usr/bin/env python3
"""data/synth written a second time, from the description in synth.c: prints the bars of test_synth."""
from math import sqrt

MASK = (1 << 64) - 1


class Rng:
    """xoshiro256**, seeded through splitmix64."""

    def __init__(self, seed):
        self.s = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            self.s.append(z ^ (z >> 31))

    def u64(self):
        def rotate(x, k):
            return ((x << k) | (x >> (64 - k))) & MASK

        s = self.s
        result = (rotate((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)
        return result

    def f64(self):
        return (self.u64() >> 11) * 2.0**-53

    def below(self, n):
        excess = (1 << 64) % n
        while True:
            product = self.u64() * n
            if (product & MASK) >= excess:
                return product >> 64


def walk(seed, bars, price, volatility, grid, gap_chance, zero_chance):
    rng, x, day, v = Rng(seed), price, 0, volatility / sqrt(8)

    def on_grid(p):
        return max(int(p * grid + 0.5), 1) / grid

    for i in range(bars):
        if i > 0:
            day += 1
            if rng.f64() < gap_chance:
                day += 1 + rng.below(20)
        o = h = l = c = on_grid(x)
        volume = 0
        if rng.f64() >= zero_chance:
            for _ in range(8):
                z = 0.0
                for _ in range(12):
                    z += rng.f64()
                x = x * (1 + v * (z - 6) + v * v / 2)
                if x < price / 50:
                    x = price / 50 + (price / 50 - x)
                if x > price * 50:
                    x = price * 50 - (x - price * 50)
                c = on_grid(x)
                h, l = max(h, c), min(l, c)
            volume = 1 + rng.below(1000000)
        yield i, day, o, h, l, c, volume


for spec in ((1, 1000, 100.0, 0.01, 100, 0, 0), (7, 1000, 50.0, 0.03, 64, 0.05, 0.1),
             (3, 4000, 100.0, 0.25, 100, 0, 0)):
    for bar in walk(*spec):
        if bar[0] in (0, 1, spec[1] // 2, spec[1] - 1):
            print(spec[0], *bar)
