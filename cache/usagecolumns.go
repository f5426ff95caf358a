package cache

import (
	"maps"
	"slices"
	"time"

	"github.com/amiscope/amiscope/model"
)

// What is stored of each record of usage. A change of columns raises the
// version of their part.

// referencesOf is what one source of a scope names, or what AWS's opinions do.
func referencesOf(k model.Kind) part[model.Reference] {
	return part[model.Reference]{name: k.Word(), version: 1, size: 17, columns: referenceColumns}
}

func referenceColumns(c *coder, rs []*model.Reference) {
	texts(c, rs, func(r *model.Reference) *string { return &r.Scope.Account })
	texts(c, rs, func(r *model.Reference) *string { return &r.Scope.Region })
	kindColumn(c, rs, func(r *model.Reference) *model.Kind { return &r.Source })
	texts(c, rs, func(r *model.Reference) *string { return &r.State })
	texts(c, rs, func(r *model.Reference) *string { return &r.Group })
	texts(c, rs, func(r *model.Reference) *string { return &r.Part })
	texts(c, rs, func(r *model.Reference) *string { return &r.Broken })
	texts(c, rs, func(r *model.Reference) *string { return &r.Alias })
	texts(c, rs, func(r *model.Reference) *string { return &r.Image })
	texts(c, rs, func(r *model.Reference) *string { return &r.Snapshot })
	flags(c, rs, func(r *model.Reference) *bool { return &r.Anywhere })
	times(c, rs, func(r *model.Reference) *time.Time { return &r.Since })
	viaColumns(c, optional(c, rs, columnsOfVia, func(r *model.Reference) **model.Via { return &r.Via }))
	versionColumns(c, optional(c, rs, columnsOfVersion, func(r *model.Reference) **model.Version { return &r.Version }))
	texts(c, rs, func(r *model.Reference) *string { return &r.Name })
	texts(c, rs, func(r *model.Reference) *string { return &r.ID })
	texts(c, rs, func(r *model.Reference) *string { return &r.Key })
}

const (
	columnsOfVia     = 5
	columnsOfVersion = 3
)

func viaColumns(c *coder, vs []*model.Via) {
	texts(c, vs, func(v *model.Via) *string { return &v.Template })
	texts(c, vs, func(v *model.Via) *string { return &v.Name })
	texts(c, vs, func(v *model.Via) *string { return &v.Version })
	texts(c, vs, func(v *model.Via) *string { return &v.Config })
	flags(c, vs, func(v *model.Via) *bool { return &v.Followed })
}

func versionColumns(c *coder, vs []*model.Version) {
	numbers(c, vs, func(v *model.Version) *int64 { return &v.Number })
	numbers(c, vs, func(v *model.Version) *int64 { return &v.Of })
	flags(c, vs, func(v *model.Version) *bool { return &v.Default })
}

// kindColumn is a column of kinds, by their words: numbers change with the
// model. A word of another version is met as damage.
func kindColumn[T any](c *coder, recs []*T, field func(*T) *model.Kind) {
	word, kind := model.Images.Word(), model.Images
	for _, r := range recs {
		p := field(r)
		if c.write {
			c.text(p.Word())
			continue
		}
		if w := c.readText(); w != word {
			i := slices.IndexFunc(allKinds(), func(k model.Kind) bool { return k.Word() == w })
			if i < 0 {
				c.fail()
				return
			}
			word, kind = w, allKinds()[i]
		}
		*p = kind
	}
}

func allKinds() []model.Kind { return append(model.Swept(), model.Permissions, model.Opinions) }

func reportsPart() part[model.Report] {
	return part[model.Report]{name: model.Reports.Word(), version: 1, size: 8, columns: reportColumns}
}

const columnsOfUse = 3

func reportColumns(c *coder, rs []*model.Report) {
	texts(c, rs, func(r *model.Report) *string { return &r.State })
	texts(c, rs, func(r *model.Report) *string { return &r.Reason })
	textLists(c, rs, func(r *model.Report) *[]string { return &r.Types })
	textLists(c, rs, func(r *model.Report) *[]string { return &r.Asked })
	times(c, rs, func(r *model.Report) *time.Time { return &r.Created })
	uses := lists(c, rs, columnsOfUse, func(r *model.Report) *[]model.ReportedUse { return &r.Uses })
	texts(c, uses, func(u *model.ReportedUse) *string { return &u.Account })
	texts(c, uses, func(u *model.ReportedUse) *string { return &u.Type })
	numbers(c, uses, func(u *model.ReportedUse) *int64 { return &u.Count })
	texts(c, rs, func(r *model.Report) *string { return &r.Image })
	texts(c, rs, func(r *model.Report) *string { return &r.ID })
}

// permission is model.LaunchPermissions with its error as texts.
type permission struct {
	model.LaunchPermissions
	failed []failure
}

func permissionsPart() part[permission] {
	return part[permission]{name: model.Permissions.Word(), version: 1, size: 8, columns: permissionColumns}
}

func permissionColumns(c *coder, ps []*permission) {
	flags(c, ps, func(p *permission) *bool { return &p.Public })
	textLists(c, ps, func(p *permission) *[]string { return &p.Accounts })
	textLists(c, ps, func(p *permission) *[]string { return &p.Organizations })
	textLists(c, ps, func(p *permission) *[]string { return &p.Units })
	times(c, ps, func(p *permission) *time.Time { return &p.At })
	times(c, ps, func(p *permission) *time.Time { return &p.Since })
	failureColumns(c, lists(c, ps, columnsOfFailure, func(p *permission) *[]failure { return &p.failed }))
	texts(c, ps, func(p *permission) *string { return &p.ID })
}

// named is model.Named as it is kept: what there is, and what is not.
type named struct {
	images []model.Image
	gone   []string
}

func namedPart() part[named] {
	return part[named]{name: "named", version: 1, size: 2, columns: namedColumns}
}

func namedColumns(c *coder, ns []*named) {
	textLists(c, ns, func(n *named) *[]string { return &n.gone })
	ims := lists(c, ns, columnsOfImage+1, func(n *named) *[]model.Image { return &n.images })
	imageColumns(c, ims)
	detailsOf(c, ims)
}

// organization is model.Organization in lists, with its error as texts.
type organization struct {
	arn     string
	members []model.Member
	units   []unitMembers
	names   []unitName
	at      time.Time
	failed  []failure
}

type unitMembers struct {
	arn      string
	accounts []string
}

type unitName struct{ arn, name string }

func organizationPart() part[organization] {
	return part[organization]{name: "organizations", version: 2, size: 6, columns: organizationColumns}
}

// membersPart is how organizations were kept before their units had names. Files
// hold such ones still.
func membersPart() part[organization] {
	return part[organization]{name: organizationPart().name, version: 1, size: 5, columns: memberColumns}
}

const (
	columnsOfMember   = 3
	columnsOfUnit     = 2
	columnsOfUnitName = 2
)

func organizationColumns(c *coder, orgs []*organization) {
	memberColumns(c, orgs)
	names := lists(c, orgs, columnsOfUnitName, func(o *organization) *[]unitName { return &o.names })
	texts(c, names, func(u *unitName) *string { return &u.arn })
	texts(c, names, func(u *unitName) *string { return &u.name })
}

func memberColumns(c *coder, orgs []*organization) {
	texts(c, orgs, func(o *organization) *string { return &o.arn })
	times(c, orgs, func(o *organization) *time.Time { return &o.at })
	failureColumns(c, lists(c, orgs, columnsOfFailure, func(o *organization) *[]failure { return &o.failed }))
	members := lists(c, orgs, columnsOfMember, func(o *organization) *[]model.Member { return &o.members })
	flags(c, members, func(m *model.Member) *bool { return &m.Active })
	texts(c, members, func(m *model.Member) *string { return &m.Name })
	texts(c, members, func(m *model.Member) *string { return &m.ID })
	units := lists(c, orgs, columnsOfUnit, func(o *organization) *[]unitMembers { return &o.units })
	texts(c, units, func(u *unitMembers) *string { return &u.arn })
	textLists(c, units, func(u *unitMembers) *[]string { return &u.accounts })
}

func sealedOrganization(o model.Organization) *organization {
	out := &organization{arn: o.ARN, members: o.Accounts, at: o.At, failed: failures(o.Err)}
	for _, arn := range slices.Sorted(maps.Keys(o.Units)) {
		out.units = append(out.units, unitMembers{arn, o.Units[arn]})
	}
	for _, arn := range slices.Sorted(maps.Keys(o.Names)) {
		out.names = append(out.names, unitName{arn, o.Names[arn]})
	}
	return out
}

func (o *organization) opened() model.Organization {
	out := model.Organization{ARN: o.arn, Accounts: o.members, At: o.at, Err: opError(o.failed)}
	if len(o.units) > 0 {
		out.Units = make(map[string][]string, len(o.units))
	}
	for _, u := range o.units {
		out.Units[u.arn] = u.accounts
	}
	if len(o.names) > 0 {
		out.Names = make(map[string]string, len(o.names))
	}
	for _, u := range o.names {
		out.Names[u.arn] = u.name
	}
	return out
}
