// Package kit is what screens are drawn with: the theme, the virtual table,
// boxes, bars and text cut to measure. Everything here is a pure function of
// its arguments, writes no wider and no taller than it was told to, and lets no
// control character of a text it was given reach the terminal.
//
// Three rules hold everywhere. Widths are display cells. Meaning never hangs on
// colour alone: without colour, reverse, bold and underline carry the cursor,
// headers and marks, and words or symbols carry the rest. Without a UTF-8
// locale nothing but ASCII is written.
package kit
