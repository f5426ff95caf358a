// Package ec2xml decodes the answers of EC2 that the inventory is made of, pages
// of images and of snapshots, in a fraction of the time and garbage that the
// SDK's own decoder takes over encoding/xml.
//
// What it gives equals what the SDK gives, to the difference between a missing
// and an empty list, or it gives nothing: of every document that it does not
// understand, malformed ones included, it says so, and the caller asks the SDK.
// So it knows only what EC2 sends (no document types, no prefixed element
// names, no names outside ASCII) and never has an error of its own to explain.
//
// The lists of fields are those of the SDK's deserializers; a test that fills
// every field of the SDK's types fails when the SDK learns a new one.
package ec2xml
