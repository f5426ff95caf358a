package fakeaws

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultKind is a way in which AWS, or the network on the way to it, fails.
type FaultKind string

// The kinds of faults. FaultKinds tells what each does.
const (
	FaultServer    FaultKind = "5xx"
	FaultGateway   FaultKind = "gateway"
	FaultThrottle  FaultKind = "throttle"
	FaultSCP       FaultKind = "scp"
	FaultDenied    FaultKind = "denied"
	FaultExpired   FaultKind = "expired"
	FaultSkew      FaultKind = "skew"
	FaultLatency   FaultKind = "latency"
	FaultReset     FaultKind = "reset"
	FaultCut       FaultKind = "cut"
	FaultStall     FaultKind = "stall"
	FaultClip      FaultKind = "clip"
	FaultBlank     FaultKind = "blank"
	FaultHTML      FaultKind = "html"
	FaultXHTML     FaultKind = "xhtml"
	FaultEmptyPage FaultKind = "empty"
)

// Fault is what goes wrong with which calls. Faults add up: each is applied to
// what those before it in Options.Faults left.
type Fault struct {
	Kind FaultKind
	Rule Rule // the calls it may befall; the zero Rule means all

	// Share of those calls that it befalls, up to 1. 0 means all, and of
	// FaultThrottle those for which the documented bucket holds no token. Which
	// calls those are depends on Options.FaultSeed and, for each account, region
	// and operation, on how many calls went before: never on the time.
	Share float64

	Delay time.Duration // of FaultLatency and FaultSkew, which alone need one

	// After spares so many calls of each operation by an account in a region: with
	// 1 a listing fails from its second page on. The text of a fault has no place
	// for it.
	After int
}

// FaultHelp explains a kind of fault.
type FaultHelp struct {
	Kind    FaultKind
	Example string // of its text, without a rule
	Help    string // one sentence
}

// FaultSyntax is what ParseFault reads.
const FaultSyntax = "KIND[:SHARE%|TIME[,SHARE%]][@ACCOUNT[/REGION[/OPERATION]]]"

// FaultKinds explains all kinds of faults.
func FaultKinds() []FaultHelp {
	return []FaultHelp{
		{FaultServer, "5xx:5%", "answers an internal error or that the service is not available; the call is not done"},
		{FaultGateway, "gateway:5%", "answers 502 with a page of the load balancer; the call was done"},
		{FaultThrottle, "throttle", "answers RequestLimitExceeded, or the service's word for it, when a documented token bucket is empty; with a share, to that share of calls"},
		{FaultSCP, "scp", "denies by a service control policy, as where an organization closes a region"},
		{FaultDenied, "denied", "denies for want of a permission"},
		{FaultExpired, "expired", "answers that the session token has expired"},
		{FaultSkew, "skew:20m", "lets AWS's clock go ahead by the time, or behind it by a negative one; signatures too far off are refused"},
		{FaultLatency, "latency:200ms", "lets calls take the time longer"},
		{FaultReset, "reset:5%", "resets the connection instead of an answer; the call was done"},
		{FaultCut, "cut:2%", "ends the connection within the body"},
		{FaultStall, "stall:1%", "sends a part of the body and then nothing more, with the connection open"},
		{FaultClip, "clip:1%", "sends a part of the body as if it were the whole, as a broken proxy does"},
		{FaultBlank, "blank:1%", "answers success with no body at all"},
		{FaultHTML, "html:1%", "answers success with the login page of a hotel network"},
		{FaultXHTML, "xhtml:1%", "the same with a page that XML decoders can read"},
		{FaultEmptyPage, "empty:10%", "tells empty pages, with a token for the next, between those of a list; at most every other page is one"},
	}
}

// ParseFault reads a fault as FaultSyntax has it, such as
// "5xx:5%@acme-prod/eu-*/DescribeImages" or "latency:2s,10%".
func ParseFault(text string) (Fault, error) {
	head, rule, ruled := strings.Cut(text, "@")
	kind, args, _ := strings.Cut(head, ":")
	f := Fault{Kind: FaultKind(kind)}
	if !slices.ContainsFunc(FaultKinds(), func(h FaultHelp) bool { return h.Kind == f.Kind }) {
		return Fault{}, fmt.Errorf("fault %q: %q is none of %s", text, kind, kindList())
	}
	if err := f.readArgs(args); err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w; want %s", text, err, FaultSyntax)
	}
	if ruled && rule != "*" {
		var err error
		if f.Rule, err = ParseRule(rule); err != nil {
			return Fault{}, fmt.Errorf("fault %q: %w", text, err)
		}
	}
	return f, nil
}

func kindList() string {
	var out []string
	for _, h := range FaultKinds() {
		out = append(out, string(h.Kind))
	}
	return strings.Join(out, ", ")
}

// timed reports whether a kind of fault needs a time.
func (k FaultKind) timed() bool { return k == FaultLatency || k == FaultSkew }

func (f *Fault) readArgs(args string) error {
	var share string
	if f.Kind.timed() {
		var delay string
		delay, share, _ = strings.Cut(args, ",")
		d, err := time.ParseDuration(delay)
		if err != nil || d == 0 || d < 0 && f.Kind == FaultLatency {
			return fmt.Errorf("%q is no time such as 200ms", delay)
		}
		f.Delay = d
	} else {
		share = args
	}
	if share == "" {
		return nil
	}
	return f.readShare(share)
}

var errShare = errors.New("a share is above 0% and up to 100%")

func (f *Fault) readShare(text string) error {
	number, percent := strings.CutSuffix(text, "%")
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !percent || !(n/100 > 0 && n <= 100) {
		return errShare
	}
	f.Share = n / 100
	return nil
}

// String is a form that ParseFault reads.
func (f Fault) String() string {
	var args []string
	if f.Kind.timed() {
		args = append(args, f.Delay.String())
	}
	if f.Share > 0 {
		args = append(args, strconv.FormatFloat(f.Share*100, 'g', 12, 64)+"%")
	}
	out := string(f.Kind)
	if len(args) > 0 {
		out += ":" + strings.Join(args, ",")
	}
	if f.Rule != (Rule{}) {
		out += "@" + f.Rule.String()
	}
	return out
}

// befallen lists the faults that befall a call.
func (s *Server) befallen(call Call) []Fault {
	var out []Fault
	for i, f := range s.options.Faults {
		if call.Serial > f.After && f.Rule.covers(call, s.name(call.Account)) && (f.Share <= 0 || s.draw(call, uint64(i)) < f.Share) {
			out = append(out, f)
		}
	}
	return out
}

// emptied reports whether a fault empties the page that a call asks for.
func (s *Server) emptied(call Call) bool {
	return slices.ContainsFunc(s.befallen(call), func(f Fault) bool { return f.Kind == FaultEmptyPage })
}

// draw gives a number from 0 up to 1 that depends on the call, the seed and
// what it is drawn for, and on nothing else.
func (s *Server) draw(call Call, purpose uint64) float64 {
	h := fnv.New64a()
	for _, part := range []string{call.Account, call.Region, call.Service, call.Operation, strconv.Itoa(call.Serial)} {
		_, _ = h.Write([]byte(part + "\x00")) // a hash takes everything
	}
	return rand.New(rand.NewPCG(h.Sum64(), purpose^s.options.FaultSeed)).Float64()
}
