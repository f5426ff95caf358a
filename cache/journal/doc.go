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
// begins with "aside", so that older versions know what concerns them.
package journal
