// Package measuretest proves measured sizes through the whole way: small random
// companies with a known block model in an AWS of our own, read by the SDK into
// an inventory, estimated, asked about as the estimate says, interrupted, and
// estimated again. What is called measured must be what is stored, to the byte.
//
// It holds tests only.
package measuretest
