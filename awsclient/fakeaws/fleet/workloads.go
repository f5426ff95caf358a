package fleet

import (
	"fmt"
	"time"
)

// An account has at most these in a region: to see what they use takes a call
// each.
const (
	maxClusters   = 2
	maxNodeGroups = 3
)

// batch makes compute environments: mostly there are none.
func (g *generator) batch(e *estate) {
	if len(e.images) == 0 || !g.chance(12) {
		return
	}
	name := pick(g, services)
	g.environment(e, ComputeEnvironment{Name: name + "-default"}) // as most are: on what Batch chooses
	g.environment(e, ComputeEnvironment{Name: name + "-batch", Image: g.usual(e)})
	g.environment(e, ComputeEnvironment{Name: name + "-gpu", Overrides: []string{g.usual(e), g.usual(e)}})
	if len(e.templates) > 0 {
		t := pick(g, e.templates)
		g.environment(e, ComputeEnvironment{Name: name + "-templated", Template: g.use(t, pick(g, []string{"$Latest", "$Default", "", g.pinned(t)}))})
	}
}

func (g *generator) environment(e *estate, r ComputeEnvironment) {
	r.Owner, r.Region = e.account.ID, e.region
	g.fleet.Environments = append(g.fleet.Environments, r)
}

func (g *generator) loneBatchImage(e *estate, im *Image) {
	g.environment(e, ComputeEnvironment{Name: loneName("batch", im), Image: im.ID.Image()})
}

func (g *generator) loneBatchOverride(e *estate, im *Image) {
	g.environment(e, ComputeEnvironment{Name: loneName("batch-arm", im), Overrides: []string{im.ID.Image()}})
}

// kubernetes makes clusters and their node groups: mostly there are none.
func (g *generator) kubernetes(e *estate) {
	if len(e.images) == 0 || !g.chance(12) {
		return
	}
	g.nodeGroup(e, NodeGroup{Name: "system", AMIType: "AL2023_x86_64_STANDARD", Release: "1.33.4-20251016"})
	g.nodeGroup(e, NodeGroup{Name: "bottlerocket", AMIType: "BOTTLEROCKET_ARM_64", Release: "1.49.0-713f44ce"})
	for _, t := range e.templates {
		for _, v := range t.Versions {
			if v.Number == t.Default && len(v.Image) > 0 && v.Image[0] == 'a' { // ami-…: EKS knows no aliases
				g.nodeGroup(e, NodeGroup{Name: "custom", AMIType: "CUSTOM", Release: v.Image, Template: &TemplateUse{Template: t.ID, Name: t.Name, Version: fmt.Sprint(v.Number)}})
				return
			}
		}
	}
}

// nodeGroup adds a node group to the last cluster of an account, or to a new
// one, unless it has enough.
func (g *generator) nodeGroup(e *estate, n NodeGroup) {
	if e.nodeGroups == maxNodeGroups {
		return
	}
	n.Created = stamp(Epoch.Add(-time.Duration(g.between(24, 600*24)) * time.Hour))
	if e.clusters == 0 || e.clusters < maxClusters && g.chance(40) {
		e.clusters++
		name := fmt.Sprintf("%s-%d", environment(e.account), e.clusters)
		g.fleet.Clusters = append(g.fleet.Clusters, Cluster{Owner: e.account.ID, Region: e.region, Name: name})
	}
	for i := len(g.fleet.Clusters) - 1; i >= 0; i-- {
		if c := &g.fleet.Clusters[i]; c.Owner == e.account.ID && c.Region == e.region {
			c.NodeGroups = append(c.NodeGroups, n)
			break
		}
	}
	e.nodeGroups++
}

// loneNodeGroup runs on an image of its own, by a template that somebody has
// deleted.
func (g *generator) loneNodeGroup(e *estate, im *Image) {
	gone := &TemplateUse{Template: g.id(), Name: loneName("eks-nodes", im), Version: "3"}
	g.nodeGroup(e, NodeGroup{Name: loneName("pinned", im), AMIType: "CUSTOM", Release: im.ID.Image(), Template: gone})
}
