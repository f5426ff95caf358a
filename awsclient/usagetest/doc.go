// Package usagetest proves verdicts through the whole way: a company in an AWS
// of our own, spoken to by the SDK, read as a scan reads it, and judged. For
// each kind of reference there is a company in which it is the only one, in
// another account than the image's and on page two of its listing; each call
// that finds it is then denied, from the start and after its first page.
//
// It holds tests only. They run on the clock of testing/synctest.
package usagetest
