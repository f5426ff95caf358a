package wire

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// node is a form's parameters as the tree that their dotted names describe.
type node struct {
	path string // the whole name, for messages: a part of the name as it came, for no name is too long
	text string
	set  bool // a value was given for this very name
	kids map[string]*node
}

// plant makes the tree of a form. Of a name given twice the first value counts.
func plant(form url.Values) *node {
	root := &node{}
	for name, values := range form {
		if len(values) > 0 && !isEnvelope(name) {
			root.at(name).put(values[0])
		}
	}
	return root
}

func (n *node) put(text string) { n.text, n.set = text, true }

// at returns the node of a dotted name below n, made where missing.
func (n *node) at(name string) *node {
	for end := 0; end <= len(name); end++ {
		start := end
		if i := strings.IndexByte(name[start:], '.'); i >= 0 {
			end += i
		} else {
			end = len(name)
		}
		n = n.kid(name[start:end], name[:end])
	}
	return n
}

func (n *node) kid(part, path string) *node {
	if kid := n.kids[part]; kid != nil {
		return kid
	}
	if n.kids == nil {
		n.kids = map[string]*node{}
	}
	kid := &node{path: path}
	n.kids[part] = kid
	return kid
}

// numbered returns the children called 1, 2, 3 … in that order. Gaps are
// closed, as AWS does.
func (n *node) numbered() ([]*node, error) {
	type entry struct {
		number uint64
		node   *node
	}
	entries := make([]entry, 0, len(n.kids))
	for part, kid := range n.kids {
		number, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return nil, &ParamError{Name: kid.path, Unknown: true}
		}
		entries = append(entries, entry{number, kid})
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.node.path, b.node.path))
	})
	nodes := make([]*node, len(entries))
	for i, e := range entries {
		nodes[i] = e.node
	}
	return nodes, nil
}

// isEnvelope tells parameters of the call from those of the operation: what
// every query request carries, and its signature (version 4 in a presigned
// URL, version 2 of old clients).
func isEnvelope(name string) bool {
	switch name {
	case "Action", "Version", "AWSAccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "Timestamp", "SecurityToken":
		return true
	default:
		return strings.HasPrefix(name, "X-Amz-")
	}
}
