package fakeaws

import (
	"maps"
	"slices"

	"github.com/amiscope/amiscope/awsclient/fakeaws/fleet"
)

// publicParameters lists the parameters that AWS itself keeps in a region, for
// everyone to read, by name: the images
// that Amazon publishes there, and which services are offered where.
func (s *Server) publicParameters(region string) []*fleet.Parameter {
	values := s.offers()
	latest := map[string]*fleet.Image{}
	for _, im := range s.store().images.open[region] {
		if im.Extra == nil || im.Extra.PublicParameter == "" {
			continue
		}
		name := im.Extra.PublicParameter
		if newest := latest[name]; newest == nil || newest.Life.Created < im.Life.Created {
			latest[name] = im
			values[name] = im.ID.Image()
		}
	}
	var out []*fleet.Parameter
	for _, name := range slices.Sorted(maps.Keys(values)) {
		r := &fleet.Parameter{Region: region, Name: name, Value: values[name]}
		if im := latest[name]; im != nil {
			r.Modified = im.Life.Created
		}
		out = append(out, r)
	}
	return out
}

// offers are the parameters of the world: its regions, and the services in
// each, by the names of their endpoints.
func (s *Server) offers() map[string]string {
	const world = publicPath + "global-infrastructure/"
	out := map[string]string{}
	for _, service := range s.mux.services.Scopes() {
		out[world+"services/"+service] = service
	}
	for _, r := range s.fleet().Regions {
		out[world+"regions/"+r.Name] = r.Name
		for _, service := range s.mux.services.Scopes() {
			if s.offered(service, r.Name) {
				out[world+"regions/"+r.Name+"/services/"+service] = service
			}
		}
	}
	return out
}

func publicParameter(public []*fleet.Parameter, name, selector string) (selected, bool) {
	i := slices.IndexFunc(public, func(r *fleet.Parameter) bool { return r.Name == name })
	if i < 0 {
		return selected{}, false
	}
	v, ok := public[i].At(selector)
	return selected{public[i], v, selector}, ok
}
