package kit_test

import (
	"testing"

	"github.com/amiscope/amiscope/tui/keys"
	"github.com/amiscope/amiscope/tui/kit"
)

// A wheel turns by three rows, whatever the menu's length.
func TestMenuTurnsAround(t *testing.T) {
	for n := 1; n < 5; n++ {
		for by := -7; by <= 7; by++ {
			m := kit.Menu{Items: make([]kit.Item, n)}
			for i := range m.Items {
				m.Items[i].Then = kit.SetFilter{Query: string(rune('a' + i))}
			}
			s, _ := m.Handle(kit.Env{}, keys.Move{By: by})
			_, effects := s.Handle(kit.Env{}, keys.Open{})
			want := string(rune('a' + ((by%n)+n)%n))
			if got := effects[0].(kit.Pop).Then.(kit.SetFilter).Query; got != want {
				t.Errorf("%d items, moved by %d: takes %s, want %s", n, by, got, want)
			}
		}
	}
}
