package fakeaws

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"
)

// handleMoney registers what tells prices and what was billed.
func (s *Server) handleMoney() {
	Handle(s.mux, "Pricing", "GetProducts", s.getProducts)
	Handle(s.mux, "Cost Explorer", "GetDimensionValues", s.getDimensionValues)
	Handle(s.mux, "Cost Explorer", "GetCostAndUsage", s.getCostAndUsage)
}

// tariff is what snapshots cost in a region, by the GB and month, and what its
// usage types begin with.
type tariff struct {
	prefix            string
	standard, archive float64
}

// tariffs are the prices of some regions. Those of Virginia, Sydney and London are
// AWS's; others are made up, so that nobody takes them from another place.
func tariffs() map[string]tariff {
	return map[string]tariff{
		"us-east-1":      {"", 0.05, 0.0125},
		"us-east-2":      {"USE2-", 0.05, 0.0125},
		"us-west-2":      {"USW2-", 0.05, 0.0125},
		"eu-west-1":      {"EU-", 0.051, 0.01275},
		"eu-west-2":      {"EUW2-", 0.053, 0.01325},
		"eu-central-1":   {"EUC1-", 0.0542, 0.01355},
		"ap-northeast-1": {"APN1-", 0.052, 0.013},
		"ap-southeast-2": {"APS2-", 0.055, 0.01375},
		"sa-east-1":      {"SAE1-", 0.068, 0.017},
	}
}

// tariffOf gives the prices of a region.
func tariffOf(region string) tariff {
	if t, ok := tariffs()[region]; ok {
		return t
	}
	return tariff{strings.ToUpper(strings.ReplaceAll(region, "-", "")) + "-", 0.0575, 0.014375}
}

// pricedRegions are those of the price list, the fleet's among them.
func (s *Server) pricedRegions() []string {
	out := slices.Collect(maps.Keys(tariffs()))
	for _, r := range s.fleet().Regions {
		out = append(out, r.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// The usage types of snapshots (EBS user guide, ebs-billing-usage-reports).
const (
	usageStandard = "EBS:SnapshotUsage"
	usageArchive  = "EBS:SnapshotArchiveStorage"
)

// productPages are those of GetProducts. Its words for a page size that is none
// are a guess.
var productPages = pages{
	usual: 100, most: 100, size: "maxResults", badSize: "InvalidParameterException",
	badToken: &Error{Code: "InvalidNextTokenException", Message: "The pagination token is invalid. Try again without a pagination token."},
}

// maxProductFilters is the most filters that a call can have.
const maxProductFilters = 50

func (s *Server) getProducts(_ context.Context, call Call, in *pricing.GetProductsInput) (*pricing.GetProductsOutput, error) {
	asked := *in
	asked.NextToken, asked.MaxResults = nil, nil
	c, size, err := productPages.start(s.pages, call, &asked, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	switch {
	case in.ServiceCode == nil:
		return nil, &Error{Code: "InvalidParameterException", Message: "Input Parameters are invalid: ServiceCode is required"}
	case len(in.Filters) > maxProductFilters:
		return nil, &Error{Code: "InvalidParameterException", Message: fmt.Sprintf("Input Parameters are invalid: at most %d filters", maxProductFilters)}
	}
	all, err := s.priceList(*in.ServiceCode, in.Filters)
	if err != nil {
		return nil, err
	}
	page, next := listed(s.pages, all, c, size)
	return &pricing.GetProductsOutput{FormatVersion: aws.String("aws_v1"), PriceList: append([]string{}, page...), NextToken: next}, nil
}

// priceList gives the documents of the products that all filters match.
func (s *Server) priceList(service string, filters []types.Filter) ([]string, error) {
	var out []string
	for _, region := range s.pricedRegions() {
		for _, p := range products(region) {
			if p.attributes["servicecode"] != service || slices.ContainsFunc(filters, func(f types.Filter) bool { return !p.matches(f) }) {
				continue
			}
			text, err := json.Marshal(p.document())
			if err != nil {
				return nil, fmt.Errorf("price list: %w", err)
			}
			out = append(out, string(text))
		}
	}
	return out, nil
}

// product is one thing that has a price.
type product struct {
	family     string
	attributes map[string]string
	price      float64
	unit       string
}

// products are what the price list has of the snapshots of a region, and
// neighbours of theirs that are something else.
func products(region string) []product {
	r := tariffOf(region)
	return []product{
		snapshotProduct(region, usageStandard, "", r.standard),
		snapshotProduct(region, usageArchive, "SnapshotArchiveStorage", r.archive),
		snapshotProduct(region, usageStandard+"UnderBilling", "", r.standard),
		snapshotProduct(region, usageStandard+".outposts", "", 3*r.standard),
		snapshotProduct(region, "EBS:SnapshotArchiveRetrieval", "SnapshotArchiveRetrieval", 0.03),
		snapshotProduct(region, "EBS:SnapshotArchiveEarlyDelete", "SnapshotArchiveEarlyDelete", r.archive),
		{"Storage", attributesOf(region, "EBS:VolumeUsage.gp3"), 0.08, "GB-Mo"},
	}
}

func snapshotProduct(region, usage, archive string, price float64) product {
	p := product{"Storage Snapshot", attributesOf(region, usage), price, "GB-Mo"}
	p.attributes["storageMedia"] = "Amazon S3"
	if archive != "" {
		p.attributes["snapshotarchivefeetype"] = archive
	}
	return p
}

func attributesOf(region, usage string) map[string]string {
	return map[string]string{
		"servicecode": "AmazonEC2", "servicename": "Amazon Elastic Compute Cloud", "locationType": "AWS Region",
		"location": region, "regionCode": region, "usagetype": tariffOf(region).prefix + usage, "operation": "",
	}
}

// matches reports whether a filter lets a product through, by an attribute or
// the family.
func (p product) matches(f types.Filter) bool {
	field, want := aws.ToString(f.Field), aws.ToString(f.Value)
	got, has := p.attributes[field]
	if field == "productFamily" {
		got, has = p.family, true
	}
	switch f.Type {
	case types.FilterTypeContains:
		return has && strings.Contains(got, want)
	case types.FilterTypeAnyOf:
		return has && slices.Contains(strings.Split(want, ","), got)
	case types.FilterTypeNoneOf:
		return !slices.Contains(strings.Split(want, ","), got)
	case types.FilterTypeTermMatch, types.FilterTypeEquals:
	}
	return has && got == want
}

// The parts that codes of on-demand terms and their rates end with.
const (
	onDemandTerm = "JRTCKXETXF"
	onDemandRate = "6YS6EN2CT7"
)

// document is a product as the price list writes it.
func (p product) document() any {
	sku := skuOf(p.attributes["usagetype"], p.attributes["regionCode"])
	code := sku + "." + onDemandTerm
	type object = map[string]any
	dimension := object{
		"unit": p.unit, "beginRange": "0", "endRange": "Inf", "rateCode": code + "." + onDemandRate, "appliesTo": []string{},
		"description":  fmt.Sprintf("$%g per GB-Month of %s - %s", p.price, cmp.Or(p.attributes["snapshotarchivefeetype"], "data stored"), p.attributes["location"]),
		"pricePerUnit": object{"USD": fmt.Sprintf("%.10f", p.price)},
	}
	term := object{
		"sku": sku, "offerTermCode": onDemandTerm, "effectiveDate": "2026-10-01T00:00:00Z", "termAttributes": object{},
		"priceDimensions": object{code + "." + onDemandRate: dimension},
	}
	return object{
		"product":     object{"productFamily": p.family, "sku": sku, "attributes": p.attributes},
		"serviceCode": "AmazonEC2", "version": "20261016203134", "publicationDate": "2026-10-16T20:31:34Z",
		"terms": object{"OnDemand": object{code: term}},
	}
}

// skuOf makes a code as AWS's are: sixteen letters and digits.
func skuOf(name ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(name, "\x00")))
	return base32.StdEncoding.EncodeToString(sum[:10])
}
