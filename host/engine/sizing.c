#include "engine/sizing.h"

#include <math.h>

#include "core/costs.h"

struct qs_size sizing_effective(const struct settings *s, const struct qs_size *size) {
    static const int32_t kinds[] = {[SIZING_PERCENT_EQUITY] = QS_SIZE_EQUITY,
                                    [SIZING_FIXED] = QS_SIZE_UNITS,
                                    [SIZING_RISK] = QS_SIZE_RISK,
                                    [SIZING_MONEY] = QS_SIZE_MONEY};
    struct qs_size effective = *size;
    if (size->kind == QS_SIZE_DEFAULT) {
        effective.kind = kinds[s->sizing_type];
        effective.value = s->sizing_value;
    }
    return effective;
}

bool sizing_valid(const struct qs_size *size, bool may_be_negative) {
    if (size->kind < QS_SIZE_UNITS || size->kind > QS_SIZE_MONEY || !isfinite(size->value))
        return false;
    if (size->value < 0.0 && !may_be_negative)
        return false;
    return size->kind != QS_SIZE_RISK ||
           (isfinite(size->stop_distance) && size->stop_distance > 0.0);
}

double sizing_units(const struct settings *s, const struct qs_size *size, double reference,
                    double multiplier, const struct sizing_money *money) {
    double unit = reference * multiplier;
    if (s->size_fees == SIZE_FEES_INCLUDED)
        unit = unit + costs_commission_of_unit(s, multiplier, reference);
    switch (size->kind) {
    case QS_SIZE_EQUITY:
        return money->equity * size->value / unit;
    case QS_SIZE_BUYING_POWER:
        return money->buying_power * size->value / unit;
    case QS_SIZE_RISK:
        return money->equity * size->value / (size->stop_distance * multiplier);
    case QS_SIZE_MONEY:
        return size->value / unit;
    default:
        return size->value;
    }
}

double sizing_to_lot(double units, const struct instrument *symbol) {
    double rounded = decimal_round(units, symbol->lot, DECIMAL_TOWARD_ZERO);
    return fabs(rounded) < SIZE_UNITS_MIN ? 0.0 : rounded;
}
