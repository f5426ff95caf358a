package main

import (
	"slices"
	"sync"

	"github.com/amiscope/amiscope/model"
)

// owners tell whose an image is: what is asked about single images is asked in
// their owner's account. What streams by is only noted; who asks pays for the
// index. It never forgets: an image that is gone is asked about by nobody.
type owners struct {
	mu    sync.Mutex
	fresh [][]*model.Image // not in the index yet
	index map[model.ImageKey]string
}

func (o *owners) note(e model.Event) {
	if p, ok := e.(model.Page); ok && len(p.Images) > 0 {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.fresh = append(o.fresh, p.Images)
	}
}

// of is the account that owns an image.
func (o *owners) of(k model.ImageKey) (account string, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.index == nil {
		o.index = map[model.ImageKey]string{}
	}
	for _, images := range o.fresh {
		for _, im := range images {
			o.index[im.ImageKey] = im.Owner
		}
	}
	o.fresh = nil
	account, known = o.index[k]
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
