// Package callstest holds the table of calls to what the program does: a scenario
// for everything that it reads, which works with the policy that is printed for it,
// fails without any one permission of that, and makes no other calls than the table
// has; and doctor, which must find each permission that is missing.
//
// It holds tests only.
package callstest
