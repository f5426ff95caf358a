package calls

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// Setting is what a policy depends on besides what is asked for.
type Setting struct {
	Partition string // "" means aws
	Role      string // name of the role in the accounts of the organization; "" means any
}

// Statement is a part of an IAM policy.
type Statement struct {
	Sid      string   `json:",omitempty"`
	Effect   string   // Allow
	Action   []string // in order
	Resource string
	// Condition is what must be so besides; nil for most.
	Condition map[string]map[string]string `json:",omitempty"`
}

// Policy is an IAM policy.
type Policy struct {
	Version   string // of the policy language
	Statement []Statement
}

// PolicyFor is the smallest policy that some groups, and Read in any case, need:
// a statement for each group and kind of resource. What serves several groups
// stands with the first of them. What a policy can do without is left out.
func PolicyFor(some []Group, in Setting) Policy {
	p := Policy{Version: "2012-10-17"}
	some = append(slices.Clone(some), Read)
	for _, g := range Groups() {
		if slices.Contains(some, g) {
			p.Statement = append(p.Statement, statements(g, some, in)...)
		}
	}
	return p
}

// statements are those of a group.
func statements(g Group, asked []Group, in Setting) []Statement {
	var out []Statement
	for _, c := range Asked(asked) {
		if c.home(asked) != g || c.Free || c.Spare != "" {
			continue
		}
		next := Statement{Sid: sid(g, c, c.resource(in)), Effect: "Allow", Resource: c.resource(in), Condition: c.condition()}
		i := slices.IndexFunc(out, func(s Statement) bool { return s.Sid == next.Sid })
		if i < 0 {
			i = len(out)
			out = append(out, next)
		}
		out[i].Action = append(out[i].Action, c.API)
	}
	for i := range out {
		slices.Sort(out[i].Action)
	}
	slices.SortFunc(out, func(a, b Statement) int { return cmp.Compare(a.Sid, b.Sid) })
	return out
}

// home is the first of the groups asked for that a call serves.
func (c Call) home(asked []Group) Group {
	for _, g := range Groups() {
		if slices.Contains(asked, g) && slices.Contains(c.For, g) {
			return g
		}
	}
	return groups
}

// sid names a statement: its group and, where that has narrower ones, the service and
// that there is a condition.
// IAM takes letters and digits.
func sid(g Group, c Call, on string) string {
	name := capital(g.String())
	if on != everything {
		name += capital(c.Service())
	}
	if c.If != "" {
		name += "IfForAWS"
	}
	return name
}

// condition is what must be so for a permission to count.
func (c Call) condition() map[string]map[string]string {
	if c.If == "" {
		return nil
	}
	return map[string]map[string]string{"Bool": {c.If: "true"}}
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

const everything = "*"

func (c Call) resource(in Setting) string {
	if c.On == "" {
		return everything
	}
	return strings.NewReplacer("{partition}", cmp.Or(in.Partition, "aws"), "{role}", cmp.Or(in.Role, "*")).Replace(c.On)
}

// Line is the statement that allows a call, on one line of JSON; "" where none is
// needed.
func (c Call) Line(in Setting) string {
	if c.Free {
		return ""
	}
	return string(encode(Statement{Effect: "Allow", Action: []string{c.API}, Resource: c.resource(in), Condition: c.condition()}, ""))
}

// JSON is the policy as IAM takes it, indented, with a newline at its end.
func (p Policy) JSON() []byte { return append(encode(p, "  "), '\n') }

// encode writes plain structs of text, which cannot fail.
func encode(v any, indent string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(b.Bytes())
}
