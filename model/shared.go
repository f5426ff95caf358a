package model

// Shared is a value that many records have in common: they point to one copy of
// it, which nobody can change. The zero Shared is one of T's zero value.
type Shared[T comparable] struct{ one *T }

// Share makes a value ready to be held by many records. Another call with an equal
// value makes another copy.
func Share[T comparable](value T) Shared[T] { return Shared[T]{&value} }

// Value is a copy of the value.
func (s Shared[T]) Value() T {
	if s.one == nil {
		var none T
		return none
	}
	return *s.one
}

// Equal reports whether both are of the same value, in one memory or not.
func (s Shared[T]) Equal(o Shared[T]) bool { return s.one == o.one || s.Value() == o.Value() }
