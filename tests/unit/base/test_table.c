#include <criterion/criterion.h>
#include <signal.h>

#include "base/str.h"
#include "base/table.h"

static void assert_renders(struct table *table, const char *expected) {
    struct str s = {0};
    table_render(table, &s);
    cr_assert_str_eq(str_text(&s), expected);
    str_fini(&s);
    table_fini(table);
}

Test(table, aligns_columns_and_leaves_no_spaces_at_line_ends) {
    struct table t;
    table_init(&t);
    table_column(&t, "symbol", TABLE_LEFT);
    table_column(&t, "trades", TABLE_RIGHT);
    table_column(&t, "note", TABLE_LEFT);
    table_cell(&t, "GOOG");
    table_cellf(&t, "%d", 93);
    table_cell(&t, "a");
    table_cell(&t, "BTC-PERPETUAL");
    table_cellf(&t, "%d", 12345678);
    table_cell(&t, NULL);
    cr_assert_eq(table_rows(&t), 2);
    assert_renders(&t, "symbol           trades  note\n"
                       "GOOG                 93  a\n"
                       "BTC-PERPETUAL  12345678\n");
}

Test(table, counts_characters_rather_than_bytes) {
    struct table t;
    table_init(&t);
    table_column(&t, "€", TABLE_LEFT);
    table_column(&t, "x", TABLE_RIGHT);
    table_cell(&t, "äö");
    table_cell(&t, "1");
    table_cell(&t, "abc");
    table_cell(&t, "2");
    assert_renders(&t, "€    x\näö   1\nabc  2\n");
}

Test(table, leaves_out_empty_titles_and_keeps_cells_on_their_line) {
    struct table t;
    table_init(&t);
    table_column(&t, "", TABLE_LEFT);
    table_column(&t, NULL, TABLE_LEFT);
    table_cell(&t, "a\nb");
    table_cell(&t, "\x1b[31mred");
    assert_renders(&t, "a b   [31mred\n");
}

Test(table, without_rows_is_its_titles_and_without_columns_nothing) {
    struct table t;
    table_init(&t);
    table_column(&t, "a", TABLE_LEFT);
    table_column(&t, "b", TABLE_LEFT);
    assert_renders(&t, "a  b\n");
    table_init(&t);
    assert_renders(&t, "");
}

Test(table, grows_to_many_rows) {
    struct table t;
    table_init(&t);
    table_column(&t, "", TABLE_RIGHT);
    for (int i = 0; i < 10000; i++)
        table_cellf(&t, "%d", i);
    cr_assert_eq(table_rows(&t), 10000);
    struct str s = {0};
    table_render(&t, &s);
    cr_assert_eq(s.len, 50000); /* each four wide and a newline */
    str_fini(&s);
    table_fini(&t);
}

Test(table, aborts_on_half_a_row, .signal = SIGABRT) {
    struct table t;
    struct str s = {0};
    table_init(&t);
    table_column(&t, "a", TABLE_LEFT);
    table_column(&t, "b", TABLE_LEFT);
    table_cell(&t, "1");
    table_render(&t, &s);
}
