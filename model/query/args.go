package query

import (
	"fmt"
	"strings"
)

// SplitArgs joins the arguments of a command line into one query: each holds
// one or more terms. Quotes that the shell left are kept.
//
// An argument that begins with a hyphen is refused: "-owner:x" may be meant as
// a negation or as flags run together, and only one of them is a query.
func SplitArgs(args []string) (string, error) {
	kept := make([]string, 0, len(args))
	for _, a := range args {
		if rest := strings.TrimLeft(a, "-"); rest != a && rest != "" {
			return "", fmt.Errorf("%s could be flags or a negated term; write the negation as %s", shellQuote(a), shellQuote("!"+rest))
		}
		if strings.TrimSpace(a) != "" {
			kept = append(kept, a)
		}
	}
	return strings.Join(kept, " "), nil
}

// shellQuote quotes an argument for a POSIX shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
