// Package trail is what CloudTrail tells of an image: who made, copied, shared,
// changed and launched it, as far as somebody looked, and when everybody could
// launch it. CloudTrail forgets after 90 days; what was looked up is kept.
package trail
