package model

import "cmp"

// ImageARN is an image's Amazon Resource Name. The account part of image ARNs
// is empty (facts of the Service Authorization Reference for EC2).
func ImageARN(partition string, k ImageKey) string {
	return "arn:" + cmp.Or(partition, "aws") + ":ec2:" + k.Region + "::image/" + k.ID
}

// ConsoleURL is the page of an image in the AWS console of its partition.
func ConsoleURL(partition string, k ImageKey) string {
	host := "console.aws.amazon.com"
	switch partition {
	case "aws-cn":
		host = "console.amazonaws.cn"
	case "aws-us-gov":
		host = "console.amazonaws-us-gov.com"
	}
	return "https://" + host + "/ec2/home?region=" + k.Region + "#ImageDetails:imageId=" + k.ID
}
