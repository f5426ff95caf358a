// Package history looks back: the journal of what was changed, with the way back,
// and the Recycle Bins, which hold what was deleted.
package history
