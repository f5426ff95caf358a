package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/amiscope/amiscope/model"
)

// Fault is an option that a deed cannot be done with.
type Fault struct {
	Field string // as JSON spells it: "regions"
	Text  string // what is wrong with it
	Mend  string // what to do about it
}

func (f Fault) Error() string {
	if f.Mend == "" {
		return f.Field + ": " + f.Text
	}
	return f.Field + ": " + f.Text + "; " + f.Mend
}

// Faults are those of a request: an error that can be shown field by field.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Check lists what is wrong with the options of a request, in the order of their
// fields; none where Decide can do with them. Only what is said in them is looked at:
// what does not fit single images blocks these.
func Check(r Request, s Setting) Faults {
	c := &checking{r: r, o: &r.Options, s: s}
	if !slices.Contains(Deeds(), r.Deed) {
		c.fault("deed", fmt.Sprintf("there is no deed %q", r.Deed), "choose one of "+words(Deeds()))
		return c.faults
	}
	for _, f := range fields() {
		given := f.given(c.o)
		switch {
		case given && !slices.Contains(f.deeds, r.Deed):
			c.fault(f.name, "it is not for "+string(r.Deed), "leave it out; it is for "+words(f.deeds))
		case given || f.needed && slices.Contains(f.deeds, r.Deed):
			if f.check != nil {
				f.check(c)
			}
		}
	}
	c.whom()
	return c.faults
}

func words[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return strings.Join(out, ", ")
}

// checking gathers faults.
type checking struct {
	r      Request
	o      *Options
	s      Setting
	faults Faults
}

func (c *checking) fault(field, text, mend string) {
	c.faults = append(c.faults, Fault{field, text, mend})
}

// field is an option: for which deeds it is, and what it must be.
type field struct {
	name   string
	deeds  []Deed
	needed bool // it is looked at where it was not given, too
	given  func(*Options) bool
	check  func(*checking)
}

// fields lists all options in their order.
func fields() []field {
	sharing := []Deed{Share, Unshare}
	return []field{
		{"regions", []Deed{Copy}, true, func(o *Options) bool { return len(o.Regions) > 0 }, (*checking).regions},
		{"name", []Deed{Copy}, false, func(o *Options) bool { return o.Name != "" }, (*checking).name},
		{"encrypt", []Deed{Copy}, false, func(o *Options) bool { return o.Encrypt }, nil},
		{"key", []Deed{Copy}, false, func(o *Options) bool { return o.Key != "" }, (*checking).key},
		{"permissions", []Deed{Copy}, false, func(o *Options) bool { return o.Permissions }, nil},
		{"accounts", sharing, false, func(o *Options) bool { return len(o.Accounts) > 0 }, (*checking).accounts},
		{"organizations", sharing, false, func(o *Options) bool { return len(o.Organizations) > 0 }, (*checking).organizations},
		{"units", sharing, false, func(o *Options) bool { return len(o.Units) > 0 }, (*checking).units},
		{"public", sharing, false, func(o *Options) bool { return o.Public }, (*checking).public},
		{"snapshots", sharing, false, func(o *Options) bool { return o.Snapshots }, (*checking).snapshots},
		{"at", []Deed{Deprecate}, true, func(o *Options) bool { return o.At != nil }, (*checking).date},
		{"cooldown", []Deed{Protect}, false, func(o *Options) bool { return o.Cooldown }, nil},
		{"set", []Deed{Tag}, true, func(o *Options) bool { return len(o.Set) > 0 }, (*checking).set},
		{"remove", []Deed{Tag}, false, func(o *Options) bool { return len(o.Remove) > 0 }, (*checking).remove},
		{"keepSnapshots", []Deed{Delete}, false, func(o *Options) bool { return o.KeepSnapshots }, nil},
		{"allowUnknown", []Deed{Delete}, false, func(o *Options) bool { return o.AllowUnknown }, nil},
		{"allowStale", []Deed{Delete}, false, func(o *Options) bool { return o.AllowStale }, nil},
	}
}

// The forms of what is typed are compiled where something is held against them:
// as variables they would cost every start of the program a millisecond.
const (
	regionForm       = `^[a-z]{2,5}(-[a-z]+)+-[0-9]+$`
	accountForm      = `^[0-9]{12}$`
	organizationForm = `^arn:aws[a-z-]*:organizations::[0-9]{12}:organization/o-[a-z0-9]{10,32}$`
	unitForm         = `^arn:aws[a-z-]*:organizations::[0-9]{12}:ou/o-[a-z0-9]{10,32}/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$`
	keyForm          = `^(arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:(key|alias)/[\w/:-]+|alias/[\w/:-]+|(mrk-)?[0-9a-f-]{32,36})$`
)

func (c *checking) regions() {
	if len(c.o.Regions) == 0 {
		c.fault("regions", "no region is named", "name one or more to copy to")
	}
	known := map[string]bool{}
	for _, a := range c.s.Accounts {
		for _, r := range a.Regions {
			known[r] = true
		}
	}
	form := regexp.MustCompile(regionForm)
	for _, r := range c.o.Regions {
		switch {
		case !form.MatchString(r):
			c.fault("regions", fmt.Sprintf("%q is no name of a region", r), "write it as in eu-west-1")
		case len(known) > 0 && !known[r]:
			c.fault("regions", "no account has enabled "+r, "choose one of "+strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
}

// wrongName is what AWS does not like of a name of an image; "" where it takes it
// (EC2 API, CopyImage).
func wrongName(name string) string {
	switch n := utf8.RuneCountInString(name); {
	case n < 3 || n > 128:
		return fmt.Sprintf("has %d characters, and AWS takes 3 to 128", n)
	case strings.ContainsFunc(name, strange):
		return "has characters that AWS does not take: letters, digits, spaces and ( ) [ ] . / - ' @ _ are"
	}
	return ""
}

// strange reports whether AWS takes a character in no name of an image.
func strange(r rune) bool {
	return !letter(r) && !strings.ContainsRune("()[] ./-'@_", r)
}

// letter reports whether a character is an ASCII letter or digit.
func letter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

func (c *checking) name() {
	if text := wrongName(c.o.Name); text != "" {
		c.fault("name", "it "+text, "choose another")
	}
	if len(c.r.Images) > 1 {
		c.fault("name", "copies of several images cannot have one name", "leave it out: each copy has the name of its image")
	}
}

// key checks what can be told of a key without asking AWS: that of a region is of no
// use in another, but for one of several regions (mrk-) and for an alias, which can be
// in each.
func (c *checking) key() {
	m := regexp.MustCompile(keyForm).FindStringSubmatch(c.o.Key)
	switch {
	case m == nil:
		c.fault("key", fmt.Sprintf("%q names no KMS key", c.o.Key), "give its ARN, its id or alias/NAME")
	case m[2] != "" && slices.ContainsFunc(c.o.Regions, func(r string) bool { return r != m[2] }):
		c.fault("key", "it is a key of "+m[2]+", and of no use in other regions", "give an alias that each region has, such as alias/images")
	case len(c.o.Regions) > 1 && !strings.HasPrefix(c.o.Key, "alias/") && !strings.HasPrefix(c.o.Key, "mrk-"):
		c.fault("key", "a key is one of one region", "with several regions give an alias that each has, such as alias/images")
	}
}

func (c *checking) accounts() {
	form := regexp.MustCompile(accountForm)
	for _, id := range c.o.Accounts {
		if !form.MatchString(id) {
			c.fault("accounts", fmt.Sprintf("%q is no account", id), "write its id, of twelve digits")
		}
	}
	if len(c.o.Accounts) > sharedAtMost {
		c.fault("accounts", fmt.Sprintf("%d are more than an image can be shared with, %d", len(c.o.Accounts), sharedAtMost), "share it with an organization or unit instead")
	}
}

func (c *checking) organizations() {
	c.form("organizations", organizationForm, c.o.Organizations, "arn:aws:organizations::111122223333:organization/o-a1b2c3d4e5")
}

func (c *checking) units() {
	c.form("units", unitForm, c.o.Units, "arn:aws:organizations::111122223333:ou/o-a1b2c3d4e5/ou-ab12-c3d4e5f6")
}

func (c *checking) form(field, text string, values []string, example string) {
	form := regexp.MustCompile(text)
	for _, v := range values {
		if !form.MatchString(v) {
			c.fault(field, fmt.Sprintf("%q is not its ARN", v), "write it as in "+example)
		}
	}
}

func (c *checking) public() {
	if c.r.Deed == Share && !c.s.Public {
		c.fault("public", "the config file does not allow to make images public", "set allow_public = true in the config file")
	}
}

func (c *checking) snapshots() {
	if len(c.o.Accounts) == 0 {
		c.fault("snapshots", "snapshots are shared with accounts only", "name accounts, or leave it out")
	}
}

// whom asks for somebody to share with.
func (c *checking) whom() {
	if (c.r.Deed == Share || c.r.Deed == Unshare) && !c.o.Public && len(c.o.Accounts)+len(c.o.Organizations)+len(c.o.Units) == 0 {
		c.fault("accounts", "nobody is named", "name an account, an organization or a unit")
	}
}

func (c *checking) date() {
	at := c.o.date()
	switch {
	case c.o.At == nil:
		c.fault("at", "no date is named", "name the one after which the image is deprecated")
	case !at.After(c.s.Now):
		c.fault("at", moments(at)+" has passed", "AWS takes later dates only")
	case at.After(c.s.Now.AddDate(deprecatesIn, 0, 0)):
		c.fault("at", moments(at)+" is more than ten years ahead", "AWS takes earlier dates only")
	}
}

// How long the parts of a tag may be (EC2 API, Tag).
const (
	tagKeyAtMost   = 127
	tagValueAtMost = 256
)

func (c *checking) set() {
	if len(c.o.Set)+len(c.o.Remove) == 0 {
		c.fault("set", "no tag is named", "name tags to set or keys to remove")
	}
	if len(c.o.Set) > tagsAtMost {
		c.fault("set", fmt.Sprintf("%d tags are more than AWS allows, %d", len(c.o.Set), tagsAtMost), "set fewer")
	}
	for _, key := range slices.Sorted(maps.Keys(c.o.Set)) {
		c.tagKey("set", key)
		if n := utf8.RuneCountInString(c.o.Set[key]); n > tagValueAtMost || !utf8.ValidString(c.o.Set[key]) {
			c.fault("set", fmt.Sprintf("the value of %q has %d characters", key, n), fmt.Sprintf("AWS takes %d at most", tagValueAtMost))
		}
	}
}

func (c *checking) remove() {
	for _, key := range c.o.Remove {
		c.tagKey("remove", key)
		if _, both := c.o.Set[key]; both {
			c.fault("remove", fmt.Sprintf("%q is to be set too", key), "do one of them")
		}
	}
}

func (c *checking) tagKey(field, key string) {
	switch n := utf8.RuneCountInString(key); {
	case key == "":
		c.fault(field, "a tag has no key", "write KEY=VALUE")
	case n > tagKeyAtMost || !utf8.ValidString(key):
		c.fault(field, fmt.Sprintf("the key %q has %d characters", key, n), fmt.Sprintf("AWS takes %d at most", tagKeyAtMost))
	case !own(model.Tag{Key: strings.ToLower(key)}):
		c.fault(field, fmt.Sprintf("%q is a key of AWS's own", key), "choose one that does not begin with aws:")
	}
}
