package ec2xml

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// grammar says which elements stand in which, and which kind of value the
// innermost ones have: enough of EC2's to get random documents everywhere.
var grammar = map[string]map[string]string{
	"root":      {"imagesSet": "images", "snapshotSet": "snapshots", "nextToken": "text", "requestId": "text"},
	"images":    {"item": "image", "ITEM": "image", "thing": "image"},
	"snapshots": {"item": "snapshot"},
	"image": {
		"imageId": "text", "Name": "text", "imageOwnerId": "text", "imageState": "text", "creationDate": "time", "isPublic": "truth",
		"enaSupport": "truth", "blockDeviceMapping": "devices", "tagSet": "tags", "stateReason": "reason", "scanResults": "results",
		"productCodes": "codes", "instanceTypeSpecification": "types", "imageWatermarkSet": "marks", "unknown": "image",
	},
	"snapshot": {
		"snapshotId": "text", "startTime": "time", "volumeSize": "number", "fullSnapshotSizeInBytes": "number", "encrypted": "truth",
		"tagSet": "tags", "status": "text", "description": "text", "unknown": "snapshot",
	},
	"devices": {"item": "device"},
	"device":  {"deviceName": "text", "ebs": "ebs", "noDevice": "text"},
	"ebs":     {"snapshotId": "text", "volumeSize": "number", "iops": "number", "encrypted": "truth", "volumeType": "text", "ebs": "ebs"},
	"tags":    {"item": "tag"},
	"tag":     {"key": "text", "VALUE": "text", "item": "tag"},
	"reason":  {"code": "text", "message": "text"},
	"results": {"findingScanDate": "time", "highestFindingSeverityLabel": "text"},
	"codes":   {"item": "code"},
	"code":    {"productCode": "text", "type": "text"},
	"types":   {"supportedInstanceTypeSet": "typeset", "unsupportedInstanceTypeSet": "typeset"},
	"typeset": {"item": "type"},
	"type":    {"instanceType": "text"},
	"marks":   {"item": "mark"},
	"mark":    {"watermarkKey": "text", "watermarkCreationTime": "time"},
}

// values are whole texts of a kind, good and, later in the list, bad.
var values = map[string][]string{
	"truth":  {"true", "false", "1", "F", "True", "<![CDATA[true]]>", "&#116;rue", "", " true", "yes"},
	"number": {"0", "8", "-1", "+7", "007", "4294967297", "9223372036854775807", "<![CDATA[5]]>", "", "1e3", "0x10", "9223372036854775808", " 8"},
	"time":   {"2026-11-23T18:00:00.000Z", "2026-11-23T18:00:00", "2026-11-23T18:00:00.5+05:30", "2026-02-30T18:00:00Z", "", "now"},
}

// pieces are what text is made of, good ones first.
var pieces = []string{
	"a", "golden-2026", " ", "\n", "\t", "\r", "\r\n", "]", "]]", ">", "&gt;", "&lt;", "&amp;", "&apos;", "&quot;", "&#65;", "&#x41;", "&#13;", "&#10;",
	"&#xD800;", "&#x10FFFF;", "&#00000065;", "ü", "映像", "\u0085", "\u2028", "\u202e", "👩‍👩‍👧", "\ufffd", "\u007f", "\"", "'", "/", "=", "x_y.z:1",
	"&#x110000;", "&#0;", "&#;", "&#x;", "&nbsp;", "&", ";", "\x00", "\x1b", "\xff", "\xed\xa0\x80", "\ufffe", "]]>", "&#X41;", "&LT;", "&#65",
}

// asides stand between elements.
var asides = []string{
	"", "", "", "", " ", "\n  ", "\r\n", "text", "&amp;", "<!-- a -->", "<!---->", "<![CDATA[ ]]>", "<![CDATA[]]>", "<?xml version=\"1.0\"?>",
	"<!-->-->", "<?a b?>", "<!--->-->", "<!-- -- -->", "<![CDATA[]]]]>", "<!DOCTYPE a>", "</a>", "&", "\xff",
}

var attributes = []string{
	"", "", "", "", " ", "\n", ` a="b"`, ` a='b"'`, ` xmlns="http://a/"`, ` xmlns:a="b"`, ` a:b = "c" d="e"`, ` a="b"c="d"`, ` a=">"`, ` A_-.1="]]>"`,
	` a="&lt;"`, ` a="<"`, ` a`, ` a=b`, ` 1="a"`, ` a:b:c="d"`, `"`, ` :a="b"`, ` ü="b"`, ` a="ü"`, ":a",
}

// document draws a document of which most parts are good.
func document(t *rapid.T) string {
	var b strings.Builder
	g := generator{t, &b}
	b.WriteString(g.mostly("before", "", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "\ufeff", "<!-- a -->", " \n", "a", "&amp;", "<?xml encoding=\"latin1\"?>", "<?xml version='1.1'?>"))
	g.element("DescribeThingsResponse", "root")
	b.WriteString(g.mostly("after", "", "\n", "<more/>", "&", "</a>"))
	text := b.String()
	if g.rarely("cut") {
		return text[:rapid.IntRange(0, len(text)).Draw(t, "length")]
	}
	return text
}

type generator struct {
	t *rapid.T
	*strings.Builder
}

func (g generator) rarely(label string) bool { return rapid.IntRange(0, 200).Draw(g.t, label) == 200 }

// mostly draws one of the choices, one of the first few as a rule.
func (g generator) mostly(label string, choices ...string) string {
	most := len(choices) * 2 / 3
	if g.rarely(label + " at all") {
		most = len(choices)
	}
	return choices[rapid.IntRange(0, max(most-1, 0)).Draw(g.t, label)]
}

func (g generator) element(name, kind string) {
	g.WriteString("<" + name + g.mostly("attribute", attributes...))
	if kind != "root" && rapid.IntRange(0, 20).Draw(g.t, "void") == 20 {
		g.WriteString("/>")
		return
	}
	g.WriteString(">")
	if kids := grammar[kind]; kids != nil {
		g.kids(kids)
	} else {
		g.WriteString(g.value(kind))
	}
	if g.rarely("wrong end") {
		name = strings.ToUpper(name)
	}
	g.WriteString("</" + name + g.mostly("end", "", "", " ", "\n", "a", "/") + ">")
}

func (g generator) kids(kids map[string]string) {
	names := slices.Sorted(maps.Keys(kids))
	for range rapid.IntRange(0, 5).Draw(g.t, "elements") {
		g.WriteString(g.mostly("aside", asides...))
		name := rapid.SampledFrom(names).Draw(g.t, "name")
		g.element(name, kids[name])
	}
	g.WriteString(g.mostly("aside", asides...))
}

func (g generator) value(kind string) string {
	if kind != "text" {
		return g.mostly("value", values[kind]...)
	}
	var text strings.Builder
	for range rapid.IntRange(0, 4).Draw(g.t, "pieces") {
		text.WriteString(g.mostly("piece", pieces...))
	}
	if rapid.IntRange(0, 10).Draw(g.t, "CDATA") == 10 {
		return "<![CDATA[" + text.String() + "]]>"
	}
	return text.String()
}

// TestRandomDocuments compares on documents that are mostly well formed, and
// checks that they are also mostly understood.
func TestRandomDocuments(t *testing.T) {
	d, s := NewDecoder(), newSDK()
	understandable, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		for range 10 {
			all++
			if images, snapshots := compare(rt, d, s, []byte(document(rt))); images == understood || snapshots == understood {
				understandable++
			}
		}
	})
	if understandable < all/3 {
		t.Errorf("only %d of %d documents were understood", understandable, all)
	}
}

// FuzzDocuments is TestRandomDocuments steered by what the code does.
func FuzzDocuments(f *testing.F) {
	d, s := NewDecoder(), newSDK()
	f.Fuzz(func(t *testing.T, data []byte) {
		rapid.MakeFuzz(func(rt *rapid.T) { compare(rt, d, s, []byte(document(rt))) })(t, data)
	})
}
