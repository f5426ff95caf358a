package finding

import "sort"

// parts is a list that is never copied to grow.
type parts[T any] [][]T

// partSize is the length of all parts but the last.
const partSize = 256

func (p *parts[T]) add(x T) {
	last := len(*p) - 1
	if last < 0 || len((*p)[last]) == partSize {
		*p = append(*p, make([]T, 0, partSize))
		last++
	}
	(*p)[last] = append((*p)[last], x)
}

func (p parts[T]) len() int {
	if len(p) == 0 {
		return 0
	}
	return (len(p)-1)*partSize + len(p[len(p)-1])
}

func (p parts[T]) at(i int) *T { return &p[i/partSize][i%partSize] }

// pile holds what a rule found in one state, in order of the targets.
type pile = parts[held]

// held is a finding without what its rule and state say: a hundred thousand images
// have half a million findings, and most say the same of many.
type held struct{ target, text uint32 } // numbers of both

// find is the place of what was found on a target, and whether there is anything.
func find(p pile, target uint32) (at int, ok bool) {
	at = sort.Search(p.len(), func(i int) bool { return p.at(i).target >= target })
	return at, at < p.len() && p.at(at).target == target
}
