package main

import (
	"slices"
	"strings"
	"sync"

	"github.com/amiscope/amiscope/model"
)

// owners tell whose an image is: what is asked about single images is asked in
// their owner's account. What streams by first is only noted, and who asks pays
// for the index; pages of a later refresh let those before them be indexed, so
// that no more than the newest images are held. It never forgets an id: an image
// that is gone is asked about by nobody.
type owners struct {
	mu    sync.Mutex
	fresh map[model.Scope]noted        // not in the index yet
	index map[string]map[string]string // accounts, by region and id
	words map[string]string            // the accounts in it, each once
}

// noted are the pages of images of one refresh of a scope.
type noted struct {
	gen   model.Gen
	pages [][]*model.Image
}

func (o *owners) note(e model.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch e := e.(type) {
	case model.Page:
		if len(e.Images) > 0 {
			o.page(e)
		}
	case model.Details:
		o.details(e)
	default:
	}
}

func (o *owners) page(p model.Page) {
	n := o.fresh[p.Scope]
	if n.gen != p.Gen {
		o.take(n)
		n = noted{gen: p.Gen}
	}
	n.pages = append(n.pages, p.Images)
	if o.fresh == nil {
		o.fresh = map[model.Scope]noted{}
	}
	o.fresh[p.Scope] = n
}

// details lets the records of the cache's lists go: whole ones take their place in
// the inventory, and with those noted in its stead nothing holds them any more.
func (o *owners) details(d model.Details) {
	n, ok := o.fresh[d.Scope]
	if !ok || n.gen != 0 {
		return
	}
	whole := make(map[string]bool, len(d.Images))
	for _, im := range d.Images {
		whole[im.ID] = true
	}
	for _, page := range n.pages {
		for _, im := range page {
			if !whole[im.ID] {
				o.add(im)
			}
		}
	}
	n.pages = [][]*model.Image{d.Images}
	o.fresh[d.Scope] = n
}

// take puts pages into the index.
func (o *owners) take(n noted) {
	for _, images := range n.pages {
		for _, im := range images {
			o.add(im)
		}
	}
}

// add puts an image into the index. Texts there are its own: those of a record would
// hold the answer that it was read from.
func (o *owners) add(im *model.Image) {
	if o.index == nil {
		o.index, o.words = map[string]map[string]string{}, map[string]string{}
	}
	here := o.index[im.Region]
	if here == nil {
		here = map[string]string{}
		o.index[strings.Clone(im.Region)] = here
	}
	if here[im.ID] == im.Owner {
		return
	}
	owner, ok := o.words[im.Owner]
	if !ok {
		owner = strings.Clone(im.Owner)
		o.words[owner] = owner
	}
	here[strings.Clone(im.ID)] = owner
}

// of is the account that owns an image.
func (o *owners) of(k model.ImageKey) (account string, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, n := range o.fresh {
		o.take(n)
	}
	o.fresh = nil
	account, known = o.index[k.Region][k.ID]
	return account, known
}

// scopes are the ids of images by the scope that owns them.
func (o *owners) scopes(keys []model.ImageKey) map[model.Scope][]string {
	out := map[model.Scope][]string{}
	for _, k := range keys {
		if account, known := o.of(k); known {
			s := model.Scope{Account: account, Region: k.Region}
			out[s] = append(out[s], k.ID)
		}
	}
	for s := range out {
		slices.Sort(out[s])
		out[s] = slices.Compact(out[s])
	}
	return out
}
