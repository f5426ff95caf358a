// Package fleet makes up a company's EC2 images: an organization of accounts,
// the regions it uses, and in each the images, snapshots and instances that a
// few years of builds, copies, backups and forgetting leave behind.
//
// A fleet is a pure function of its Config. It never reads the clock: its time
// is [Epoch], so the same seed gives the same fleet to the byte, on every
// machine and on any day. It knows nothing of the SDK; fakeaws turns its
// records into what EC2 answers.
package fleet
