package model

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind is what names the image, in the singular, as JSON spells it.
func (e Evidence) Kind() string {
	if e.Ref == nil {
		return "report"
	}
	return e.Ref.Thing()
}

// things are what the records of the usage sources are, in the singular.
var things = [kinds]string{
	Images: "file", Instances: "instance", Templates: "template", LaunchConfigs: "launch configuration", Groups: "group",
	Fleets: "fleet", SpotFleets: "spot fleet", SpotRequests: "spot request", Parameters: "parameter", Recipes: "recipe",
	ComputeEnvironments: "batch environment", NodeGroups: "node group", Opinions: "by AWS",
}

// FileSource is the Source of a Reference that was found in a local file.
const FileSource = Images

// Thing is what the reference is, in the singular.
func (r *Reference) Thing() string { return things[r.Source] }

// Scope is where the evidence is; the zero Scope for a file.
func (e Evidence) Scope() Scope {
	if e.Ref == nil {
		return Scope{Account: e.Reported.Account}
	}
	return e.Ref.Scope
}

// ID is what the evidence is looked up by: i-…, lt-…, the name of a group.
func (e Evidence) ID() string {
	if e.Ref == nil {
		return e.Report.ID
	}
	return e.Ref.ID
}

// Title is what people call it: "web v7 of 12, default", "/golden/web".
func (e Evidence) Title() string {
	if e.Ref == nil {
		return fmt.Sprintf("%d × %s", e.Reported.Count, reportedThing(e.Reported.Type))
	}
	return e.Ref.Label()
}

func reportedThing(kind string) string {
	switch kind {
	case ReportedInstances:
		return "instance"
	case ReportedTemplates:
		return "launch template"
	}
	return kind
}

// Label is what people call the reference, with the place in it that names the
// image.
func (r *Reference) Label() string {
	out := r.Title()
	if v := r.Version; v != nil {
		out += fmt.Sprintf(" v%d of %d", v.Number, v.Of)
		if v.Default {
			out += ", default"
		}
	}
	if r.Part != "" {
		out += " " + r.Part
	}
	return out
}

// Detail is the rest that helps to judge it: its state and age, the template
// between, what launches from it.
func (e Evidence) Detail(now time.Time) string {
	if e.Ref == nil {
		return "AWS's usage report of " + e.Report.Created.Format("2006-01-02")
	}
	var out []string
	r := e.Ref
	if r.Source == Instances {
		out = append(out, r.condition(now))
	}
	if r.Name != "" && r.Source == Instances {
		out = append(out, r.ID)
	}
	if r.Group != "" {
		out = append(out, "of group "+r.Group)
	}
	switch {
	case e.Through != nil:
		out = append(out, "by "+e.Through.Thing()+" "+e.Through.Label())
	case r.Via != nil && r.Via.Config == "":
		out = append(out, "by template "+r.Via.Title()+" "+r.Via.version())
	}
	if r.Alias != "" {
		out = append(out, "by parameter "+r.Alias)
	}
	if e.Snapshot != "" {
		out = append(out, "names its snapshot "+e.Snapshot)
	}
	return strings.Join(append(out, launchedBy(e.Launchers)...), ", ")
}

func (v *Via) version() string {
	if _, err := strconv.Atoi(v.Version); err == nil {
		return "v" + v.Version
	}
	return v.Version
}

// condition is an instance's state, with how long it has lasted.
func (r *Reference) condition(now time.Time) string {
	if r.Since.IsZero() {
		return r.State
	}
	return r.State + " " + ago(max(0, now.Sub(r.Since)))
}

// launchedBy names what launches from a template, instances by their number.
func launchedBy(users []*Reference) []string {
	var out []string
	n := 0
	for _, u := range users {
		switch {
		case u.Source == Instances:
			n++
		case len(out) < 2:
			out = append(out, "used by "+u.Thing()+" "+u.Title())
		case len(out) == 2:
			out = append(out, "and more")
		}
	}
	switch {
	case n == 1:
		out = append(out, "launched 1 instance")
	case n > 1:
		out = append(out, fmt.Sprintf("launched %d instances", n))
	}
	return out
}
