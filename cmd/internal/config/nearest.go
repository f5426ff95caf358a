package config

import "strings"

// nearest is the known word that was probably meant: the one with the fewest
// letters changed, when these are fewer than half of it. "" when none is near.
func nearest(word string, known []string) string {
	best, least := "", len(word)/2+1
	for _, k := range known {
		d := distance(strings.ToLower(word), k)
		if d < least && d <= len(k)/2 {
			best, least = k, d
		}
	}
	return best
}

// distance is Levenshtein's: the number of letters to put in, take out or
// change. Words far too long to be a slip are not measured.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
