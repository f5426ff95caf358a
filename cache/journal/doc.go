// Package journal keeps what people did through amiscope, durably. Unlike the
// cache nothing of it can be read again elsewhere: it stands in a file of its
// own in the state directory and is never deleted by us.
//
// The file is made of lines of JSON, each a record with a checksum:
//
//	{"v":1,"at":"…","who":"…","kind":"…","body":{…},"sum":"8 hex digits"}
//
// v is the first member and sum the last, always and in every version: the
// CRC-32C of the line's bytes in front of its comma. A line is appended under a lock on the file and
// is on the disk when Append returns; none is ever changed. A line that an
// append left unfinished was never acknowledged and is dropped by the next one.
//
// A kind of record that has to do with references set aside has a name that
// begins with "aside", and one that has to do with runs of plans a name that begins
// with "run" or "step", so that older versions know what concerns them.
//
// A run is one line with its whole plan, a line each time that one of its steps
// comes to stand otherwise, and a line at its end. While it goes on, the program
// that does it holds a lock on a file beside the journal: a run that has not ended
// and whose lock is free was interrupted. An undo file holds the same lines of a
// single run.
package journal
