package model

import "encoding/json"

// Tri is a truth value of Kleene's three-valued logic. The zero value is
// Maybe: a fact nobody has read is not known, and neither a statement about it
// nor the statement's negation holds.
type Tri uint8

// The three truth values.
const (
	Maybe Tri = iota
	No
	Yes
)

// Truth turns a known boolean into a Tri.
func Truth(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// Not negates; Maybe stays Maybe.
func (t Tri) Not() Tri {
	switch t {
	case Yes:
		return No
	case No:
		return Yes
	case Maybe:
	}
	return Maybe
}

// And is Kleene's conjunction.
func (t Tri) And(u Tri) Tri {
	if t == No || u == No {
		return No
	}
	if t == Yes && u == Yes {
		return Yes
	}
	return Maybe
}

// Or is Kleene's disjunction.
func (t Tri) Or(u Tri) Tri { return t.Not().And(u.Not()).Not() }

// String is yes, no or unknown.
func (t Tri) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	case Maybe:
	}
	return "unknown"
}

// MarshalJSON gives true, false, or null where the fact is not known.
func (t Tri) MarshalJSON() ([]byte, error) { return json.Marshal(t.Ptr()) }

// UnmarshalJSON reads what MarshalJSON gives.
func (t *Tri) UnmarshalJSON(text []byte) error {
	var b *bool
	if err := json.Unmarshal(text, &b); err != nil {
		return err
	}
	*t = Maybe
	if b != nil {
		*t = Truth(*b)
	}
	return nil
}

// Ptr is the JSON form: null where the fact is not known.
func (t Tri) Ptr() *bool {
	if t == Maybe {
		return nil
	}
	b := t == Yes
	return &b
}
