// Package awsclient is the border to AWS: it finds the accounts a user can
// reach and the regions they have, and reads images and snapshots from them.
//
// The SDK's types and errors stop here. What goes out are model values and
// *model.OpError, whose Kind is closed and whose Help says what to do. SDK
// clients are kept as concrete types, never in an interface: the linker then
// drops the methods that nobody calls.
package awsclient
