/* "did you mean": how many slips of the finger lie between two words. */
#include <string.h>

#include "base/str.h"

#define WORD_MAX ((size_t)64)

/* Damerau's distance in its full form (letters may be changed between a swap's two): a table with
 * one extra border row and column that hold a number larger than any distance. row_of[c] is the
 * last row whose letter was c, col_match the last column of this row that matched. */
size_t str_distance(const char *a, const char *b) {
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    if (a_len > WORD_MAX || b_len > WORD_MAX)
        return strcmp(a, b) == 0 ? 0 : max_size(a_len, b_len);
    size_t cost[WORD_MAX + 2][WORD_MAX + 2];
    size_t row_of[256] = {0};
    size_t far = a_len + b_len;
    cost[0][0] = far;
    for (size_t i = 0; i <= a_len; i++) {
        cost[i + 1][0] = far;
        cost[i + 1][1] = i;
    }
    for (size_t j = 0; j <= b_len; j++) {
        cost[0][j + 1] = far;
        cost[1][j + 1] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t col_match = 0;
        for (size_t j = 1; j <= b_len; j++) {
            size_t swap_row = row_of[(uint8_t)b[j - 1]];
            size_t swap_col = col_match;
            size_t change = cost[i][j] + (a[i - 1] == b[j - 1] ? 0 : 1);
            size_t step = min_size(cost[i + 1][j], cost[i][j + 1]) + 1;
            size_t swap = cost[swap_row][swap_col] + (i - swap_row - 1) + 1 + (j - swap_col - 1);
            if (a[i - 1] == b[j - 1])
                col_match = j;
            cost[i + 1][j + 1] = min_size(min_size(change, step), swap);
        }
        row_of[(uint8_t)a[i - 1]] = i;
    }
    return cost[a_len + 1][b_len + 1];
}

/* ASCII only: names of ours are ASCII. False when the word is too long to be a typo. */
static bool lower(char dst[WORD_MAX + 1], const char *src) {
    size_t len = strlen(src);
    if (len > WORD_MAX)
        return false;
    for (size_t i = 0; i <= len; i++)
        dst[i] = (char)(src[i] >= 'A' && src[i] <= 'Z' ? src[i] - 'A' + 'a' : src[i]);
    return true;
}

const char *str_suggest(const char *word, const char *const *names, size_t n) {
    char low_word[WORD_MAX + 1];
    char low_name[WORD_MAX + 1];
    if (!lower(low_word, word))
        return NULL;
    size_t len = strlen(word);
    size_t limit = max_size(len / 3, 1);
    const char *best = NULL;
    size_t best_distance = 0;
    for (size_t i = 0; i < n; i++) {
        if (names[i] == NULL || !lower(low_name, names[i]))
            continue;
        size_t distance = str_distance(low_word, low_name);
        /* a word of which no letter stays is no typo */
        if (distance > limit || (distance > 0 && distance >= len))
            continue;
        if (best == NULL || distance < best_distance) {
            best = names[i];
            best_distance = distance;
        }
    }
    return best;
}
