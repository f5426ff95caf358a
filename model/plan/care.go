package plan

import "github.com/amiscope/amiscope/model"

// care is what is said of an image that a service cares for.
type care uint8

const (
	careless care = iota // nothing: the deed is none of the service's
	careTold             // whose it is
	careKept             // AWS Backup's are left to it, and others need the phrase
)

// careOf says whose an image is, and refuses those of AWS Backup, which EC2 does not
// let go (EC2 user guide, deregister-ami).
func (d *draft) careOf(t *Target, c care) {
	f := &t.Before
	who := map[string]string{
		model.Backup.String():       "AWS Backup",
		model.DLM.String():          "Data Lifecycle Manager",
		model.ImageBuilder.String(): "Image Builder",
	}[f.Managed]
	if who == "" || c == careless {
		return
	}
	n := Note{Code: f.Managed, Text: who + " made it and cares for it"}
	if f.Manager != "" {
		n.Text += ": " + f.Manager
	}
	switch {
	case f.Managed == model.Backup.String():
		n.Mend = "change or delete its recovery point in the vault of AWS Backup"
		if c == careKept {
			t.block(n)
			return
		}
	case f.Managed == model.DLM.String():
		n.Mend = "change the policy, which deprecates and deletes its images by itself"
	default:
		n.Mend = "change the pipeline or its lifecycle policy, which may count on it"
	}
	n.Grave = c == careKept
	t.warn(n)
}
