package model_test

import (
	"testing"

	"github.com/amiscope/amiscope/model"
)

var tris = []model.Tri{model.Maybe, model.No, model.Yes}

// could lists the booleans that a truth value may stand for.
func could(t model.Tri) []bool {
	switch t {
	case model.Yes:
		return []bool{true}
	case model.No:
		return []bool{false}
	case model.Maybe:
	}
	return []bool{false, true}
}

// agreed is what all combinations of two values give, Maybe where they differ.
func agreed(a, b model.Tri, op func(x, y bool) bool) model.Tri {
	seen := map[bool]bool{}
	for _, x := range could(a) {
		for _, y := range could(b) {
			seen[op(x, y)] = true
		}
	}
	if len(seen) == 2 {
		return model.Maybe
	}
	return model.Truth(seen[true])
}

func TestTriAgreesWithBooleans(t *testing.T) {
	for _, a := range tris {
		for _, b := range tris {
			if got, want := a.And(b), agreed(a, b, func(x, y bool) bool { return x && y }); got != want {
				t.Errorf("%v and %v = %v, want %v", a, b, got, want)
			}
			if got, want := a.Or(b), agreed(a, b, func(x, y bool) bool { return x || y }); got != want {
				t.Errorf("%v or %v = %v, want %v", a, b, got, want)
			}
		}
		if got, want := a.Not(), agreed(a, model.Yes, func(x, _ bool) bool { return !x }); got != want {
			t.Errorf("not %v = %v, want %v", a, got, want)
		}
	}
}

func TestTriIsUnknownAtFirst(t *testing.T) {
	var zero model.Tri
	if zero != model.Maybe || zero.String() != "unknown" || zero.Ptr() != nil {
		t.Errorf("the zero value is %v", zero)
	}
}

func TestTriShown(t *testing.T) {
	for tri, want := range map[model.Tri]string{model.Yes: "yes", model.No: "no", model.Maybe: "unknown"} {
		if got := tri.String(); got != want {
			t.Errorf("%d shows as %q, want %q", tri, got, want)
		}
		if p := tri.Ptr(); p != nil && model.Truth(*p) != tri {
			t.Errorf("%v in JSON is %v", tri, *p)
		}
	}
}
