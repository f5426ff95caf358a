// Package scan refreshes scopes: it reads all of them side by side, images of
// every scope before snapshots, and tells what came as model events.
//
// It knows AWS only as a Cloud, and AWS's request rates as Buckets; it neither
// folds nor stores what it reads.
package scan
