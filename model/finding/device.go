package finding

import (
	"slices"
	"strings"

	"github.com/amiscope/amiscope/model"
)

// devices asks a question of each EBS volume that an image makes, and gives the
// names of those to which the answer is yes.
func devices(im *model.Image, missing string, ask func(model.Disk) (wrong model.Tri, text string)) (model.Tri, string) {
	if im.Detail == nil {
		return model.Maybe, noDetails
	}
	var found []string
	all := model.No
	for _, d := range im.Detail.Devices {
		disk := d.Disk.Value()
		if !disk.EBS() {
			continue
		}
		wrong, text := ask(disk)
		all = all.Or(wrong)
		if wrong == model.Yes {
			found = append(found, d.Name+text)
		}
	}
	if all == model.Maybe {
		return model.Maybe, missing
	}
	return all, strings.Join(found, ", ")
}

// formerTypes are the types that gp3 and io2 follow (EC2 calls standard a
// previous generation; that gp3 and io2 are to be preferred to gp2 and io1 is our
// reading of the EBS user guide).
func formerTypes() []string { return []string{"standard", "gp2", "io1"} }

func (j *judge) oldVolumes(im *model.Image) (model.Tri, string) {
	former := formerTypes()
	return devices(im, "the types of its volumes are not told", func(d model.Disk) (model.Tri, string) {
		if d.Type == "" {
			return model.Maybe, ""
		}
		return model.Truth(slices.Contains(former, d.Type)), " is " + d.Type
	})
}

func (j *judge) keepsVolumes(im *model.Image) (model.Tri, string) {
	return devices(im, "whether its volumes go with the instance is not told", func(d model.Disk) (model.Tri, string) {
		return d.DeleteOnTermination.Not(), " outlives its instance"
	})
}

// billing compares what AWS bills an image as with the platform that it is of.
// An image registered from a snapshot of a paid platform has an empty platform,
// or one that does not match (EC2 API, RegisterImage). That Linux/UNIX alone has
// the code RunInstances, and Windows platforms begin with that word, is a guess
// from the images seen; of the other codes none is known to be all there is.
func (j *judge) billing(im *model.Image) (model.Tri, string) {
	if im.Detail == nil {
		return model.Maybe, noDetails
	}
	d := im.Detail.Traits.Value()
	if d.PlatformDetails == "" && d.UsageOperation == "" {
		return model.Maybe, "its billing code is not told"
	}
	windows := strings.HasPrefix(d.PlatformDetails, "Windows")
	switch {
	case d.PlatformDetails == "" || d.UsageOperation == "":
		return model.Yes, "AWS tells only a part of its billing platform"
	case windows && im.Platform != "windows":
		return model.Yes, "it is billed as " + d.PlatformDetails + ", and is not of Windows"
	case !windows && im.Platform == "windows":
		return model.Yes, "it is of Windows, and is billed as " + d.PlatformDetails
	case plain(d.UsageOperation) != (d.PlatformDetails == "Linux/UNIX"):
		return model.Yes, "it is billed as " + d.PlatformDetails + " by the code " + d.UsageOperation
	}
	return model.No, ""
}

// plain reports whether a billing code bills no more than the instance.
func plain(operation string) bool { return operation == "RunInstances" }
