package ec2xml

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func page(images string) string {
	return `<DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId><imagesSet>` + images + `</imagesSet></DescribeImagesResponse>`
}

func TestDocuments(t *testing.T) {
	d, s := NewDecoder(), newSDK()
	item := func(s string) string { return page("<item>" + s + "</item>") }
	for name, c := range map[string]struct {
		body string
		want outcome
	}{
		"empty list":             {page(""), understood},
		"void list":              {`<r><imagesSet/></r>`, understood},
		"no list":                {`<r><requestId>1</requestId></r>`, understood},
		"void root":              {`<r/>`, understood},
		"two lists":              {`<r><imagesSet><item/></imagesSet><imagesSet><item/><other/></imagesSet></r>`, understood},
		"no image in the list":   {page("<thing><imageId>1</imageId></thing>"), understood},
		"token":                  {`<r><nextToken>abc==</nextToken></r>`, understood},
		"empty token":            {`<r><nextToken/></r>`, understood},
		"header and layout":      {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\t<r>\r\n  <imagesSet>\n <item> <name>a</name>\r</item> </imagesSet >\n</r\n>", understood},
		"byte order mark":        {"\ufeff<?xml version=\"1.0\"?><r/>", understood},
		"comments":               {"<!-- a --><r><!----><imagesSet><!-- <item> & \xff --><item/></imagesSet></r>", understood},
		"what follows the root":  {`<r/></r>&&&`, understood},
		"case of names":          {`<R><IMAGESSET><ITEM><ImageID>1</ImageID><iMAGEsTATE>a</iMAGEsTATE></ITEM></IMAGESSET></R>`, understood},
		"attributes":             {`<r a="1" xmlns:xsi='http://a/"b">' xsi:nil = "true"b=""><imagesSet c="d"><item e="f" ><name g="h"/></item></imagesSet></r>`, understood},
		"unknown elements":       {item(`<new><a><b/></a>text<name>x</name></new><name>y</name>`), understood},
		"text where none is due": {item(`stray &amp; text<![CDATA[ <> ]]>`), understood},
		"references":             {item(`<name>&lt;&gt;&amp;&apos;&quot;&#65;&#x42;&#x1F600;&#xd800;&#13;&#10;</name>`), understood},
		"line ends":              {item("<name>a\r\nb\rc\r\r\nd\n&#13;\ne</name>"), understood},
		"CDATA":                  {item("<name><![CDATA[a&lt;<b>]]\r\n]>ü]]></name>"), understood},
		"empty CDATA":            {item("<name><![CDATA[]]></name>"), understood},
		"other scripts":          {item("<name>映像é👩‍👩‍👧\u009b\u202e\u007f</name>"), understood},
		"spaces are text":        {item("<name> a\t\n</name><architecture> </architecture>"), understood},
		"empty values":           {item("<name></name><description/><imageState/><blockDeviceMapping/><tagSet><item/></tagSet><stateReason/>"), understood},
		"a field twice":          {item("<name>a</name><name>b</name><stateReason><code>1</code></stateReason><stateReason><message>2</message></stateReason><tagSet><item/></tagSet><tagSet><item><key>k</key></item></tagSet><blockDeviceMapping><item><ebs><iops>1</iops></ebs><ebs><encrypted>true</encrypted></ebs></item></blockDeviceMapping>"), understood},
		"booleans":               {item("<isPublic>T</isPublic><enaSupport>0</enaSupport><imageAllowed>FALSE</imageAllowed>"), understood},
		"numbers are cut":        {item("<blockDeviceMapping><item><ebs><volumeSize>4294967297</volumeSize><iops>-1</iops><throughput>+7</throughput></ebs></item></blockDeviceMapping>"), understood},
		"a long name":            {item("<" + strings.Repeat("x", 200) + ">" + "</" + strings.Repeat("x", 200) + ">"), understood},
		"a long value":           {item("<name>" + strings.Repeat("x", 1<<16) + "</name><imageOwnerId>" + strings.Repeat("y", 1<<12) + "</imageOwnerId>"), understood},
		"deep":                   {item(strings.Repeat("<a>", 1<<18) + strings.Repeat("</a>", 1<<18)), understood},

		"nothing":                   {"", declined},
		"only text":                 {"hello", declined},
		"only a comment":            {"<!-- -->", declined},
		"other encoding":            {`<?xml version="1.0" encoding="ISO-8859-1"?><r/>`, declined},
		"other version":             {`<?xml version="1.1"?><r/>`, declined},
		"instruction":               {`<?php ?><r/>`, declined},
		"document type":             {`<!DOCTYPE r [<!ENTITY a "b">]><r/>`, declined},
		"prefix":                    {`<e:r xmlns:e="a"><e:imagesSet/></e:r>`, declined},
		"name in another script":    {`<r><imageſSet/></r>`, declined},
		"name that is none":         {`<1/>`, declined},
		"cut in a tag":              {`<r><imagesSet`, declined},
		"cut in a value":            {`<r><nextToken>a`, declined},
		"cut in an end tag":         {`<r><nextToken>a</nextTok`, declined},
		"cut behind a value":        {`<r><nextToken>a</nextToken>`, declined},
		"cut in CDATA":              {`<r><nextToken><![CDATA[a`, declined},
		"cut in a comment":          {`<r><!-- `, declined},
		"cut in an attribute":       {`<r a="`, declined},
		"cut in a void tag":         {`<r/`, declined},
		"wrong end":                 {item("<name>a</nome>"), declined},
		"longer end":                {item("<name>a</named>"), declined},
		"end in another case":       {item("<name>a</NAME>"), declined},
		"end without start":         {`</r>`, declined},
		"void tag with a space":     {`<r/ >`, declined},
		"element in a value":        {item("<name>a<b/></name>"), declined},
		"comment in a value":        {item("<name>a<!-- --></name>"), declined},
		"text and CDATA":            {item("<name>a<![CDATA[b]]></name>"), declined},
		"end of CDATA in text":      {item("<name>]]></name>"), declined},
		"unknown reference":         {item("<name>&nbsp;</name>"), declined},
		"open reference":            {item("<name>&amp</name>"), declined},
		"reference to no character": {item("<name>&#0;</name>"), declined},
		"reference in capitals":     {item("<name>&#X41;</name>"), declined},
		"reference too far":         {item("<name>&#x110000;</name>"), declined},
		"not UTF-8":                 {item("<name>\xff</name>"), declined},
		"not UTF-8 between":         {item("\xff"), declined},
		"control character":         {item("<name>\x1b[31m</name>"), declined},
		"no character":              {item("<name>\uffff</name>"), declined},
		"wrong boolean":             {item("<isPublic>yes</isPublic>"), declined},
		"empty boolean":             {item("<isPublic/>"), declined},
		"wrong number":              {item("<blockDeviceMapping><item><ebs><iops>1.5</iops></ebs></item></blockDeviceMapping>"), declined},
		"number too large":          {item("<blockDeviceMapping><item><ebs><iops>9223372036854775808</iops></ebs></item></blockDeviceMapping>"), declined},
		"wrong time":                {item("<scanResults><findingScanDate>yesterday</findingScanDate></scanResults>"), declined},
		"dashes in a comment":       {`<r><!-- -- --></r>`, declined},
		"attribute without value":   {`<r a/>`, declined},
		"attribute without quotes":  {`<r a=b/>`, declined},
		"attribute with a tag":      {`<r a="<"/>`, declined},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := compare(t, d, s, []byte(c.body)); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestSnapshotTimes(t *testing.T) {
	d, s := NewDecoder(), newSDK()
	for text, want := range map[string]outcome{
		"2026-11-23T18:00:00.005Z":      understood,
		"2026-11-23T18:00:00Z":          understood,
		"2026-11-23T18:00:00":           understood,
		"2026-11-23T18:00:00.123456789": understood,
		"2026-11-23T18:00:00+05:30":     understood,
		"2026-11-23T18:00:00.5-08:00":   understood,
		"2026-11-23":                    declined,
		"1764000000":                    declined,
		"":                              declined,
	} {
		t.Run(text, func(t *testing.T) {
			body := fmt.Sprintf("<r><snapshotSet><item><startTime>%s</startTime><completionTime>%[1]s</completionTime></item></snapshotSet></r>", text)
			if _, got := compare(t, d, s, []byte(body)); got != want {
				t.Errorf("got %d, want %d", got, want)
			}
		})
	}
}

// A body of many small records after a large claim on memory: room is made by
// what was read, not by what may come.
func TestRoomIsMadeByNeed(t *testing.T) {
	d := NewDecoder()
	body := page("<item/><item><description>" + strings.Repeat("x", 8<<20) + "</description></item>")
	out, ok := d.Images([]byte(body))
	if !ok || len(out.Images) != 2 || cap(out.Images) > 2000 {
		t.Errorf("%t, %d images in a list for %d", ok, len(out.Images), cap(out.Images))
	}
}

// What one answer gave is untouched by the next one.
func TestAnswersDoNotShareMemory(t *testing.T) {
	d, s := NewDecoder(), newSDK()
	body := func(n int) []byte {
		var b strings.Builder
		for i := range 300 {
			fmt.Fprintf(&b, "<item><name>n&amp;%d-%d</name><imageId>%d</imageId><isPublic>true</isPublic><tagSet><item><key>%d</key></item></tagSet></item>", n, i, n*i, n+i)
		}
		return []byte(page(b.String()))
	}
	first := body(1)
	got, _ := d.Images(first)
	d.Images(body(2))
	clear(first)
	want, err := s.images(t.Context(), body(1))
	same(t, want, got, err)
	for _, left := range d.tags.pending[:cap(d.tags.pending)] {
		if left != (types.Tag{}) {
			t.Errorf("the decoder keeps a tag of an answer: %v", *left.Key)
		}
	}
}
