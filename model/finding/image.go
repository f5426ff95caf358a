package finding

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amiscope/amiscope/model"
)

// What is missing, where it is the same for many images: it is counted by its
// text.
const (
	noDetails = "its details are not loaded yet"
	noTags    = "its tags are not known"
	noUsage   = "who uses it is not known"
	noSource  = "its source image is not among those read"
)

func (j *judge) public(im *model.Image) (model.Tri, string) {
	p := j.permissions(im)
	switch {
	case im.Public == model.Yes || p != nil && p.Err == nil && p.Public:
		return model.Yes, "everybody may launch it"
	case im.Public == model.No:
		return model.No, ""
	}
	why := j.unsaid(p)
	return unless(why), why
}

// permissions are those of the image under judgement.
func (j *judge) permissions(im *model.Image) *model.LaunchPermissions {
	if !j.looked.permitted {
		j.looked.permissions, j.looked.permitted = j.inv.Permissions(im), true
	}
	return j.looked.permissions
}

// unless is No where nothing is missing, and else Maybe.
func unless(missing string) model.Tri {
	if missing == "" {
		return model.No
	}
	return model.Maybe
}

// unsaid is why launch permissions do not tell who may launch an image; "" where
// they do.
func (j *judge) unsaid(p *model.LaunchPermissions) string {
	switch {
	case p == nil:
		return "launch permissions: not read yet"
	case p.Err != nil:
		return "launch permissions: " + p.Err.Kind.String()
	case !j.policy.fresh(p.At, j.now):
		return "launch permissions: read too long ago"
	}
	return ""
}

// strangers looks for who may launch the image and is not known. Who was found
// stays found though that was read long ago.
func (j *judge) strangers(im *model.Image) (model.Tri, string) {
	p := j.permissions(im)
	why := j.unsaid(p)
	if p == nil || p.Err != nil {
		return model.Maybe, why
	}
	var found []string
	for _, list := range [][]string{p.Accounts, p.Organizations, p.Units} {
		for _, id := range list {
			if id != im.Owner && !j.familiar(id) {
				found = append(found, id[strings.LastIndexByte(id, '/')+1:])
			}
		}
	}
	if len(found) == 0 {
		return unless(why), why
	}
	const most = 3
	text := "shared with " + strings.Join(found[:min(most, len(found))], ", ")
	if len(found) > most {
		text += " and " + strconv.Itoa(len(found)-most) + " more"
	}
	return model.Yes, text
}

func (j *judge) unencrypted(im *model.Image) (model.Tri, string) {
	d := im.Detail
	switch {
	case im.Encrypted == model.Yes:
		return model.No, ""
	case im.Encrypted == model.No && d == nil:
		return model.Yes, "not encrypted"
	case d == nil:
		return model.Maybe, noDetails
	}
	text := "not encrypted"
	found := model.No // without EBS devices there is nothing to encrypt
	for _, dev := range d.Devices {
		disk := dev.Disk.Value()
		if !disk.EBS() {
			continue
		}
		found = found.Or(disk.Encrypted.Not())
		if disk.Encrypted == model.No {
			text += " " + dev.Name
		}
	}
	if im.Encrypted == model.No || found == model.Yes {
		return model.Yes, text
	}
	return found, "encryption is not told of all its volumes"
}

func (j *judge) imdsv1(im *model.Image) (model.Tri, string) {
	switch {
	case im.Detail == nil:
		return model.Maybe, noDetails
	case im.Detail.Traits.Value().IMDS == "v2.0":
		return model.No, ""
	}
	return model.Yes, "it does not require IMDSv2"
}

// inUse reports whether something uses the image that counts. A verdict that
// rests on stale things alone says no only where all else was looked at.
func (j *judge) inUse(im *model.Image) model.Tri {
	if !j.looked.used {
		j.looked.use, j.looked.used = j.judgeUse(im), true
	}
	return j.looked.use
}

func (j *judge) judgeUse(im *model.Image) model.Tri {
	switch j.usage.Ruling(im).Use {
	case model.Used:
		return model.Yes
	case model.Unused:
		return model.No
	case model.Probable: // if the image was launched lately its stale templates count
		if im.Launched != model.Maybe && len(j.usage.Verdict(im).Blind) == 0 {
			return model.No
		}
	case model.UseUnknown:
	}
	return model.Maybe
}

// whileUsed gives a finding on images that are used.
func (j *judge) whileUsed(im *model.Image, wrong model.Tri, text string) (model.Tri, string) {
	if wrong == model.No {
		return model.No, ""
	}
	found := wrong.And(j.inUse(im))
	if found == model.Maybe && wrong == model.Yes {
		text = noUsage
	}
	return found, text
}

func (j *judge) deprecatedInUse(im *model.Image) (model.Tri, string) {
	if !im.Deprecated(j.now) {
		return model.No, ""
	}
	return j.whileUsed(im, model.Yes, "deprecated since "+day(im.Deprecation))
}

func (j *judge) unprotectedInUse(im *model.Image) (model.Tri, string) {
	text := "used, and not protected"
	if im.Protected == model.Maybe {
		text = "whether it is protected is not told"
	}
	return j.whileUsed(im, im.Protected.Not(), text)
}

func (j *judge) undated(im *model.Image) (model.Tri, string) {
	return model.Truth(im.Deprecation.IsZero()), "no deprecation date"
}

func (j *judge) tooOld(im *model.Image) (model.Tri, string) {
	switch {
	case im.Created.IsZero():
		return model.Maybe, "when it was made is not told"
	case j.now.Sub(im.Created) <= j.policy.MaxAge:
		return model.No, ""
	}
	return model.Yes, "made on " + day(im.Created) + ", " + days(j.now.Sub(im.Created)) + " ago"
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func days(d time.Duration) string { return strconv.Itoa(int(d.Hours()/24)) + " d" }

func (j *judge) ownerless(im *model.Image) (model.Tri, string) {
	if im.Detail == nil {
		return model.Maybe, noDetails
	}
	for _, t := range im.Detail.Tags {
		if t.Value != "" && slices.ContainsFunc(j.policy.OwnerTags, func(key string) bool { return strings.EqualFold(key, t.Key) }) {
			return model.No, ""
		}
	}
	if !im.Detail.TagsRead {
		return model.Maybe, noTags
	}
	return model.Yes, j.ownerTag
}

func (j *judge) misnamed(im *model.Image) (model.Tri, string) {
	return model.Truth(!j.pattern.MatchString(im.Name)), "its name is not of the form in the config"
}
