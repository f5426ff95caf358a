package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Commands writes a plan as commands of the AWS CLI for a POSIX shell, a line a step,
// which leave what Apply leaves. Where a step needs what another one makes there is a
// line before it that waits for that. A comment names each account whose credentials
// the lines below it need.
func Commands(p Plan) []string {
	var out []string
	account, waited := "", map[int]bool{}
	for _, s := range p.Steps {
		if s.Scope.Account != account {
			account = s.Scope.Account
			out = append(out, p.credentials(account))
		}
		for _, n := range s.After {
			if w := p.wait(n, &s); w != "" && !waited[n] {
				waited[n] = true
				out = append(out, w)
			}
		}
		line := command(&s)
		if s.Call.API == (*copyImage)(nil).api() {
			line = fmt.Sprintf("%s=$(%s --query ImageId --output text)", variable(s.ID), line)
		}
		out = append(out, line)
	}
	return out
}

// credentials is the comment that says whose credentials are needed.
func (p *Plan) credentials(account string) string {
	line := "# with credentials of account " + account
	if i := slices.IndexFunc(p.Acts, func(a Act) bool { return a.Account == account }); i >= 0 {
		if name := p.Acts[i].Name; name != account && typeable(name) {
			line += " (" + name + ")"
		}
	}
	return line
}

// variable holds the id of the image that a step made.
func variable(step int) string { return fmt.Sprintf("image_%d", step) }

// wait waits for what a step gives before another one uses it: a copy until it is
// available, a snapshot from the Recycle Bin until it is complete.
func (p *Plan) wait(n int, s *Step) string {
	o := &p.Steps[n-1]
	switch in, _ := read(o.Call); in := in.(type) {
	case *copyImage:
		return fmt.Sprintf(`aws ec2 wait image-available --region %s --image-ids "$%s"`, quoted(s.Scope.Region), variable(n))
	case *restoreSnapshot:
		return fmt.Sprintf("aws ec2 wait snapshot-completed --region %s --snapshot-ids %s", quoted(s.Scope.Region), quoted(in.ID))
	}
	return ""
}

// command is the command of a step. An input that the command line would not carry as
// it is, is given as JSON.
func command(s *Step) string {
	service, operation, _ := strings.Cut(s.Call.API, ":")
	line := "aws " + service + " " + dashed(operation) + " --region " + quoted(s.Scope.Region)
	options := ""
	for _, f := range membersOf(s.Call.Input) {
		o, ok := option(f)
		if !ok {
			return line + " --cli-input-json " + quoted(ascii(s.Call.Input))
		}
		options += " " + o
	}
	return line + options
}

// member is one of an object's, in their order.
type member struct {
	name  string
	value json.RawMessage
}

func membersOf(object json.RawMessage) []member {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return nil
	}
	var out []member
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil
		}
		m := member{name: fmt.Sprint(name)}
		if err := d.Decode(&m.value); err != nil {
			return nil
		}
		out = append(out, m)
	}
	return out
}

// option is a member as an option of the command line; false where it cannot be one.
func option(m member) (string, bool) {
	flag := "--" + dashed(m.name)
	var value any
	if err := json.Unmarshal(m.value, &value); err != nil {
		return "", false
	}
	switch v := value.(type) {
	case bool:
		if !v {
			flag = "--no-" + dashed(m.name)
		}
		return flag, true
	case string:
		if step, ok := madeBy(v); ok && m.name == "ImageId" {
			return flag + ` "$image_` + step + `"`, true
		}
		return flag + " " + quoted(v), plainly(v)
	case []any:
		words := flag
		for _, x := range v {
			text, ok := x.(string)
			if !ok {
				return flag + " " + quoted(ascii(m.value)), true
			}
			if !plainly(text) {
				return "", false
			}
			words += " " + quoted(text)
		}
		return words, true
	}
	return flag + " " + quoted(ascii(m.value)), true
}

// plainly reports whether the command line carries a text as it is: it does not begin
// an option, the CLI does not take it for the name of a file to read, and all of it is
// shown by every terminal.
func plainly(text string) bool {
	for _, r := range text {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return text != "" && text[0] != '-' && !strings.Contains(text, "://")
}

// dashed is a name of AWS as the CLI spells it: "deregister-image".
func dashed(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// madeBy is the number of the step whose image an input waits for: "${3.ImageId}".
func madeBy(text string) (step string, ok bool) {
	step, begun := strings.CutPrefix(text, "${")
	step, ended := strings.CutSuffix(step, ".ImageId}")
	return step, begun && ended && step != "" && strings.Trim(step, "0123456789") == ""
}

// special reports whether a character makes a shell look at a word twice.
func special(r rune) bool { return !letter(r) && !strings.ContainsRune("_@%+:,./-", r) }

// quoted is a text as one word of a POSIX shell.
func quoted(text string) string {
	if text != "" && !strings.ContainsFunc(text, special) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// ascii is JSON with all that not every terminal shows as its code.
func ascii(text json.RawMessage) string {
	var b strings.Builder
	for _, r := range string(text) {
		switch {
		case r < 0x7f:
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
