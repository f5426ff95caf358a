package plan

import "strings"

// protected reports whether EC2 says that an image cannot be deregistered.
func (f *Facts) protected() bool { return strings.HasPrefix(f.Protection, "enabled") }

func protectWork() work {
	return work{
		from: []string{available, disabled}, care: careKept, judge: judgeProtect, steps: protectSteps,
		how: "amiscope turns the protection off, or sets it as it was",
	}
}

func judgeProtect(d *draft, t *Target) {
	switch f := &t.Before; {
	case f.Protection == ProtectedYet:
		t.Done = "it is protected already, with cooldown"
	case f.Protection == ProtectedNow && !d.Options.Cooldown:
		t.Done = "it is protected already"
	case f.Protection == "":
		t.block(Note{Code: "protection", Text: "whether it is protected was not read, so that undoing could not bring it back", Mend: "refresh its scope"})
	}
}

func protectSteps(d *draft, i int) {
	why := "protect the image from being deleted"
	if d.Options.Cooldown {
		why += ", and for 24 hours after that is turned off"
	}
	d.step(i, &enableProtection{onImage{d.Targets[i].Image.ID}, d.Options.Cooldown}, why)
}

func unprotectWork() work {
	return work{
		from: []string{available, disabled}, care: careKept, judge: judgeUnprotect, steps: unprotectSteps,
		how: "amiscope protects it again",
	}
}

func judgeUnprotect(d *draft, t *Target) {
	switch f := &t.Before; {
	case f.Protection == "":
		t.block(Note{Code: "protection", Text: "whether it is protected was not read, so that undoing could not bring it back", Mend: "refresh its scope"})
	case !f.protected():
		t.Done = "it is not protected"
	case f.Protection == ProtectedYet:
		t.warn(Note{Code: "cooldown", Text: "it has a cooldown: it can be deleted 24 hours later, " + moments(d.s.Now.Add(cooldown)) + " at the earliest"})
	}
}

func unprotectSteps(d *draft, i int) {
	d.step(i, &disableProtection{onImage{d.Targets[i].Image.ID}}, "turn the protection of the image off")
}
