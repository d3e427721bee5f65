<?php
// Installs a blog: one post, guests may comment, the Akismet plugin active. Run once, by php-cli.
define( 'WP_INSTALLING', true );
$_SERVER['HTTP_HOST'] = parse_url( getenv( 'BLOG' ), PHP_URL_HOST ) . ':' . parse_url( getenv( 'BLOG' ), PHP_URL_PORT );
require getenv( 'BLOG_DIR' ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
wp_install( 'Blog', 'admin', 'admin@blog.example', true, '', 'correct horse battery' );
update_option( 'siteurl', getenv( 'BLOG' ) );
update_option( 'home', getenv( 'BLOG' ) );
update_option( 'comment_previously_approved', '0' );
update_option( 'comment_moderation', '0' );
update_option( 'active_plugins', array( 'akismet/akismet.php' ) );
switch_theme( 'plain' );
echo 'installed ' . $GLOBALS['wp_version'];
