/*
 * Exports a variable where the function should be.
 */
#define QS_EXPORT __attribute__((visibility("default")))

extern const int qs_schema_data __asm__("qs_schema");
QS_EXPORT const int qs_schema_data = 1;
