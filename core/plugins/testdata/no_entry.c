/* Some library that is no plugin. */
int collet_no_entry(void);
int collet_no_entry(void) { return 1; }
