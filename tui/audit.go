package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/amiscope/amiscope/model/finding"
	"github.com/amiscope/amiscope/tui/kit"
)

// audit is what the root knows of what is wrong. Rules are gone through apart from
// the screen, when verdicts are new.
type audit struct {
	policy finding.Policy
	now    *finding.Findings
	of     int // number of the one that is shown
	n      int

	running      bool
	told, judged int // of the world that the newest saw
	at, ended    time.Time
}

// auditedMsg are new findings.
type auditedMsg struct {
	n        int
	findings *finding.Findings
}

// inspect goes through the rules, where the inventory or the verdicts have
// changed, at a beat of the clock.
func (a *App) inspect() tea.Cmd {
	x, now := &a.audit, a.opts.Services.Now()
	switch {
	case a.usage.now == nil || x.running || !a.audits() || x.told == a.world.told && x.judged == a.usage.of:
		return nil
	case rests(now, x.at, x.ended):
		return a.wind()
	}
	x.n++
	x.running, x.told, x.judged, x.at = true, a.world.told, a.usage.of, now
	inv, usage, policy, n := a.world.inv, a.usage.now, x.policy, x.n
	return func() tea.Msg { return auditedMsg{n, finding.Find(inv, usage, policy, now)} }
}

// audits reports whether a screen that is drawn shows what is wrong: with a hundred
// thousand images that is too much to be kept for nobody.
func (a *App) audits() bool {
	return slices.ContainsFunc(a.stage.visible(), func(l layer) bool {
		x, ok := l.screen.(kit.Auditor)
		return ok && x.Audits()
	})
}

// wantsAudit lets the clock run where a screen waits for findings.
func (a *App) wantsAudit() tea.Cmd {
	if x := &a.audit; a.usage.now == nil || x.running || x.told == a.world.told && x.judged == a.usage.of || !a.audits() {
		return nil
	}
	return a.wind()
}

func (a *App) audited(m auditedMsg) tea.Cmd {
	x := &a.audit
	if m.n != x.n {
		return nil
	}
	x.running, x.now, x.of, x.ended = false, m.findings, m.n, a.opts.Services.Now()
	return a.touch()
}
