package model_test

import (
	"testing"

	"github.com/amiscope/amiscope/model"
)

func TestShared(t *testing.T) {
	var none model.Shared[string]
	one, same, other := model.Share("a"), model.Share("a"), model.Share("b")
	for _, c := range []struct {
		name string
		a, b model.Shared[string]
		want bool
	}{
		{"itself", one, one, true},
		{"its value in other memory", one, same, true},
		{"another value", one, other, false},
		{"none", none, none, true},
		{"none, and the zero value", none, model.Share(""), true},
		{"none, and a value", none, one, false},
	} {
		if c.a.Equal(c.b) != c.want || c.b.Equal(c.a) != c.want {
			t.Errorf("%s: %q and %q, want equal: %t", c.name, c.a.Value(), c.b.Value(), c.want)
		}
	}
	if none.Value() != "" || one.Value() != "a" {
		t.Errorf("%q, %q", none.Value(), one.Value())
	}
}
