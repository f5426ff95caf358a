// Package applytest does plans as the program does them, and looks at what becomes
// of AWS: facts are read through the SDK, plans are made of them, done and journalled,
// and taken back. AWS is that of fakeaws, and for what it has moto. It holds nothing
// but tests.
package applytest
