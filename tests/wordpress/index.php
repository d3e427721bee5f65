<?php
// The plainest theme: every post with its comments and the form.
wp_head();
while ( have_posts() ) {
	the_post();
	the_content();
	comments_template();
}
wp_footer();
