package plan

import "github.com/amiscope/amiscope/model"

// tag is a tag as AWS takes it. Without a value it means one of any value.
type tag struct {
	Key   string  `json:"Key"`
	Value *string `json:"Value,omitempty"`
}

func tagOf(t model.Tag) tag { return tag{t.Key, &t.Value} }

// tagged are the calls that change tags: they are about a list of things, of which
// ours holds one.
type tagged struct {
	Resources []string `json:"Resources"`
	Tags      []tag    `json:"Tags"`
}

func (t tagged) image() string {
	if len(t.Resources) == 0 {
		return ""
	}
	return t.Resources[0]
}

func (t tagged) resources() []string { return t.Resources }

func (tagged) deed() Deed { return Tag }

// tagging is a call that changes tags.
type tagging interface{ resources() []string }

// before gives the calls that set the tags as they were.
func (t tagged) before(f *Facts) way {
	var set, gone []tag
	for _, x := range t.Tags {
		if v, ok := f.tag(x.Key); ok {
			set = append(set, tag{x.Key, &v})
		} else {
			gone = append(gone, tag{Key: x.Key})
		}
	}
	var w way
	if len(set) > 0 {
		w.calls = append(w.calls, &createTags{tagged{t.Resources, set}})
	}
	if len(gone) > 0 {
		w.calls = append(w.calls, &deleteTags{tagged{t.Resources, gone}})
	}
	return w
}

// tag is the value of one.
func (f *Facts) tag(key string) (string, bool) {
	for _, t := range f.Tags {
		if t.Key == key {
			return t.Value, true
		}
	}
	return "", false
}

// held reports whether an image has a tag, with that value where it says one.
func (f *Facts) held(t tag) bool {
	v, ok := f.tag(t.Key)
	return ok && (t.Value == nil || v == *t.Value)
}

// createTags sets tags, over those that there are.
type createTags struct{ tagged }

func (*createTags) api() string                          { return "ec2:CreateTags" }
func (c *createTags) back(before *Facts, _ *Setting) way { return c.before(before) }

func (c *createTags) settled(before, now *Facts) State {
	if !now.TagsKnown {
		return Unclear
	}
	all, none := true, before.TagsKnown
	for _, t := range c.Tags {
		all = all && now.held(t)
		none = none && c.asBefore(before, now, t)
	}
	return told(all, none)
}

// asBefore reports whether a tag is what it was.
func (tagged) asBefore(before, now *Facts, t tag) bool {
	was, had := before.tag(t.Key)
	is, has := now.tag(t.Key)
	return had == has && was == is
}

// deleteTags removes tags.
type deleteTags struct{ tagged }

func (*deleteTags) api() string                          { return "ec2:DeleteTags" }
func (c *deleteTags) back(before *Facts, _ *Setting) way { return c.before(before) }

func (c *deleteTags) settled(before, now *Facts) State {
	if !now.TagsKnown {
		return Unclear
	}
	all, none := true, before.TagsKnown
	for _, t := range c.Tags {
		all = all && !now.held(t)
		none = none && c.asBefore(before, now, t)
	}
	return told(all, none)
}
