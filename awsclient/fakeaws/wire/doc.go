// Package wire speaks the wire forms of AWS from the server's side: it reads
// a request into a typed SDK input and writes a typed SDK output as the answer.
// It knows four protocols (EC2 query, AWS query, awsJson 1.1 and REST-JSON) and
// nothing about what an operation does.
//
// The Go types of the SDK do not carry their wire names. For EC2 the package
// holds a table of names, made by ./gen from the serializers and deserializers
// of the SDK module in go.mod; for the other services a rule and a handful of
// exceptions do.
package wire

//go:generate go run ./gen -o ec2names.txt
