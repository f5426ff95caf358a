// Package measure asks AWS which blocks snapshots hold and share: what they
// cost and what deleting them frees is then known exactly.
//
// It knows AWS only as a Cloud and keeps nothing: what was answered, and how far
// the rest is, it tells as events. What to ask is for model/cost to say.
package measure
