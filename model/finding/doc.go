// Package finding says what is wrong with images, scopes and instances, by
// rules over what is known of them. It is pure.
//
// A rule whose facts are missing gives a finding as well, an unknown one: what
// was not read never passes. What a person has accepted is shown, and does not
// count until its date.
package finding
