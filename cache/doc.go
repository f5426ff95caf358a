// Package cache keeps the last inventory on disk, so that the next start shows
// it at once. It holds little that AWS would not tell again: deleting the file
// loses time, and the memory of what is there no more.
//
// One bbolt file holds several worlds (a partition of AWS, or an endpoint that
// stands for one). It is opened for the moment of one transaction and never
// held, so that several copies of the program work side by side. A world has
// one value a scope and part: the list columns of its images, their details,
// its snapshots, what each usage source tells, what costs besides, and how the
// last pass over each of these went; a pass replaces its scope's values as a
// whole or not at all. What is read of single images (launch permissions, AWS's
// opinions, images of others), and what is there no more, is one value a scope
// too, and joins what was known before. What CloudTrail tells of an image is one
// value an image and scope, which joins what it told before and is never dropped.
//
// Whatever is wrong with the file, the program goes on. A file that cannot be
// read as ours is moved aside and said ([Moved]); one that cannot be opened or
// written is left as it is and said ([Error]).
package cache
